import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button as AriaButton } from 'react-aria-components';
import { useLocation } from 'wouter';
import { Badge } from '../../components/badge';
import { Button } from '../../components/button';
import { Empty } from '../../components/empty';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { isMuted } from './is-muted';
import { useWatches } from './queries';
import { WatchDialog } from './watch-dialog';
import { WatchTrend } from './watch-trend';
import type { Watch } from './types';

const PATH = '/sentiment/watches/';

/** What is watched, and how opinion about the chosen one goes. The address names it. */
export function WatchList(): ReactNode {
  const { t } = useTranslation();
  const [location, navigate] = useLocation();
  const [isAdding, setIsAdding] = useState(false);
  const watches = useWatches();
  const items = watches.data?.items ?? [];
  const named = location.startsWith(PATH) ? decodeURIComponent(location.slice(PATH.length)) : undefined;
  const chosen = named === undefined ? items.at(0) : items.find(({ id }) => id === named);
  return (
    <div className="columns columns-narrow-first">
      <Panel
        title={t('sentiment.watches.title')}
        actions={
          <Button small look="primary" onPress={() => setIsAdding(true)}>
            {t('sentiment.watches.add')}
          </Button>
        }
      >
        <Loaded query={watches}>
          {() =>
            items.length === 0 ? (
              <Empty>{t('sentiment.watches.empty')}</Empty>
            ) : (
              <ul className="stack">
                {items.map((watch) => (
                  <li key={watch.id}>
                    <ListedWatch
                      watch={watch}
                      isChosen={watch.id === chosen?.id}
                      onChoose={() => navigate(PATH + encodeURIComponent(watch.id))}
                    />
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      {chosen !== undefined && <WatchTrend key={chosen.id} watch={chosen} />}
      {chosen === undefined && watches.data !== undefined && (
        <Empty>{named === undefined ? t('sentiment.watches.choose') : t('sentiment.watches.gone')}</Empty>
      )}
      <WatchDialog
        watch={isAdding ? 'new' : undefined}
        onClose={() => setIsAdding(false)}
        onSaved={({ id }) => navigate(PATH + encodeURIComponent(id))}
      />
    </div>
  );
}

interface ListedWatchProps {
  readonly watch: Watch;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function ListedWatch({ watch: { name, target, enabled, mutedUntil }, isChosen, onChoose }: ListedWatchProps): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  return (
    <AriaButton className={`list-item is-button stack${isChosen ? ' is-chosen' : ''}`} onPress={onChoose} aria-pressed={isChosen}>
      <strong className="clip">{name}</strong>
      <span className="row">
        <Badge>{t(`sentiment.watches.${target.kind}`)}</Badge>
        {!enabled && <Badge tone="warning">{t('sentiment.watches.off')}</Badge>}
        {isMuted(mutedUntil) && <Badge tone="warning">{t('sentiment.watches.muted', { until: instant(mutedUntil) })}</Badge>}
      </span>
    </AriaButton>
  );
}
