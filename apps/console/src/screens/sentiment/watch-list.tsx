import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button as AriaButton } from 'react-aria-components';
import { useLocation } from 'wouter';
import { ServiceProblem } from '../../api/problem';
import { Badge } from '../../components/badge';
import { Button } from '../../components/button';
import { Empty } from '../../components/empty';
import { Failure } from '../../components/failure';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { isMuted } from './is-muted';
import { useWatch, useWatches } from './queries';
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
  const named = location.startsWith(PATH) ? decodeURIComponent(location.slice(PATH.length)) : undefined;
  const { chosen, isGone, asked } = useChosenWatch(watches.data, named);
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
        <Paged query={watches}>
          {(items) =>
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
        </Paged>
      </Panel>
      {chosen !== undefined && <WatchTrend key={chosen.id} watch={chosen} />}
      {chosen === undefined && (isGone || (named === undefined && watches.data !== undefined)) && (
        <Empty>{isGone ? t('sentiment.watches.gone') : t('sentiment.watches.choose')}</Empty>
      )}
      {asked.error !== null && !isGone && <Failure error={asked.error} onRetry={() => void asked.refetch()} />}
      <WatchDialog
        watch={isAdding ? 'new' : undefined}
        onClose={() => setIsAdding(false)}
        onSaved={({ id }) => navigate(PATH + encodeURIComponent(id))}
      />
    </div>
  );
}

/** The watch of that id, or the first. It may stand on a page that was not read, and is asked for by itself then. */
function useChosenWatch(watches: readonly Watch[] | undefined, named: string | undefined) {
  const found = named === undefined ? watches?.at(0) : watches?.find(({ id }) => id === named);
  const asked = useWatch(watches !== undefined && found === undefined ? named : undefined);
  const isGone = asked.error instanceof ServiceProblem && asked.error.status === 404;
  return { chosen: found ?? (isGone ? undefined : asked.data), isGone, asked };
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
