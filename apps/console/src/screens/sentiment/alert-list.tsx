import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { Choice } from '../../components/choice';
import { Empty } from '../../components/empty';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { AlertDetails } from './alert-details';
import { AlertLine } from './alert-line';
import { useAlerts, type AlertState } from './queries';

const PATH = '/sentiment/alerts/';
const STATES = ['all', 'open', 'resolved'] as const satisfies readonly (AlertState | 'all')[];

/** Alerts, newest first, and the evidence of the one that the address names. */
export function AlertList(): ReactNode {
  const { t } = useTranslation();
  const [location] = useLocation();
  const id = location.startsWith(PATH) ? decodeURIComponent(location.slice(PATH.length)) : undefined;
  const [state, setState] = useState<AlertState | 'all'>('all');
  const alerts = useAlerts(state);
  return (
    <div className="columns columns-narrow-first">
      <Panel title={t('sentiment.alerts.title')}>
        <Choice
          label={t('sentiment.alerts.state')}
          value={state}
          onChange={setState}
          options={STATES.map((value) => ({
            value,
            text: value === 'all' ? t('sentiment.alerts.all') : t(`sentiment.alerts.states.${value}`),
          }))}
        />
        <Paged query={alerts}>
          {(items) =>
            items.length === 0 ? (
              <Empty>{t('sentiment.alerts.empty')}</Empty>
            ) : (
              <ul className="stack">
                {items.map((alert) => (
                  <li key={alert.id}>
                    <AlertLine alert={alert} isChosen={alert.id === id} />
                  </li>
                ))}
              </ul>
            )
          }
        </Paged>
      </Panel>
      {id === undefined ? <Empty>{t('sentiment.alerts.choose')}</Empty> : <AlertDetails key={id} id={id} />}
    </div>
  );
}
