import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Badge, type Tone } from '../../components/badge';
import { useFormat } from '../../i18n/use-format';
import type { Alert } from './types';

export const SEVERITY_TONES: Readonly<Record<Alert['severity'], Tone>> = { warning: 'warning', high: 'negative', critical: 'negative' };

/** An alert in a line, a link to its evidence. */
export function AlertLine({ alert, isChosen = false }: { readonly alert: Alert; readonly isChosen?: boolean }): ReactNode {
  const { t } = useTranslation();
  const { instant, number } = useFormat();
  const { id, watchName, severity, state, openedAt, observed, expected, acknowledgedAt, falseAlarm } = alert;
  return (
    <Link
      href={`/sentiment/alerts/${encodeURIComponent(id)}`}
      className={`list-item is-button alert-line stack${isChosen ? ' is-chosen' : ''}`}
      aria-current={isChosen ? 'true' : undefined}
    >
      <span className="row spread">
        <strong className="clip">{watchName}</strong>
        <span className="row">
          <Badge tone={SEVERITY_TONES[severity]}>{t(`sentiment.alerts.severities.${severity}`)}</Badge>
          <Badge tone={state === 'open' ? 'accent' : 'plain'}>{t(`sentiment.alerts.states.${state}`)}</Badge>
          {acknowledgedAt !== undefined && <Badge tone="positive">{t('sentiment.alerts.acknowledged')}</Badge>}
          {falseAlarm && <Badge>{t('sentiment.alerts.isFalse')}</Badge>}
        </span>
      </span>
      <span className="small muted">
        {instant(openedAt)} · {t('sentiment.alerts.observed')}: {number(observed, 0)} (
        {t('sentiment.alerts.expectedCount', { expected: number(expected, 2) })})
      </span>
    </Link>
  );
}
