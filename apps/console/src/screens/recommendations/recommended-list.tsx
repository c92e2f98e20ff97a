import { useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge';
import { Empty } from '../../components/empty';
import { Panel } from '../../components/panel';
import { CategoryFigure } from './category-figure';
import { changesOf, countChanges } from './list-changes';
import type { Recommendations } from './queries';
import { RecommendedCard } from './recommended-card';

interface RecommendedListProps {
  readonly list: Recommendations;
  /** The list that was shown before to the same person. */
  readonly before: Recommendations | undefined;
  readonly isUpdating: boolean;
  readonly opened: string | undefined;
  readonly onOpen: (id: string) => void;
  readonly onDismiss?: (id: string) => void;
}

const idsOf = ({ items }: Recommendations): string[] => items.map(({ id }) => id);

/** A list with what it stands on, and what changed in it. */
export function RecommendedList({ list, before, isUpdating, opened, onOpen, onDismiss }: RecommendedListProps): ReactNode {
  const { t } = useTranslation();
  const place = useRef<HTMLOListElement>(null);
  const { basis, modelVersion, arm, items, shortOf } = list;
  const changes = before === undefined ? undefined : changesOf(idsOf(before), idsOf(list));
  // Where nobody is known, the order is that of popularity or age, and a score means nothing.
  const isScored = basis === 'personal' || basis === 'session';
  const dismiss = (id: string): void => {
    onDismiss?.(id);
    // The button that was pressed goes with its item.
    place.current?.focus({ preventScroll: true });
  };
  const largest = Math.max(...items.flatMap(({ parts = {} }) => Object.values(parts).map(Math.abs)), 1e-9);
  return (
    <Panel
      title={t('recommendations.list.title')}
      className={isUpdating ? 'is-updating' : ''}
      actions={
        <>
          <Badge tone="accent">{t(`recommendations.list.basis.${basis}`)}</Badge>
          <span className="small muted clip">
            {t('recommendations.list.model')} {modelVersion} · {t('recommendations.list.arm')} {arm}
          </span>
        </>
      }
    >
      <p className="small muted">{t(`recommendations.list.basisText.${basis}`)}</p>
      <CategoryFigure items={items} />
      <p role="status" className="list-changed">
        <ChangesSentence list={list} before={before} />
      </p>
      {shortOf !== undefined && <p lang="en">{shortOf}</p>}
      {items.length === 0 && <Empty>{t('recommendations.list.empty')}</Empty>}
      <ol ref={place} tabIndex={-1} className="stack" aria-label={t('recommendations.list.title')} aria-busy={isUpdating}>
        {items.map((item, place) => (
          <RecommendedCard
            key={item.id}
            item={item}
            place={place}
            change={changes?.get(item.id)}
            largest={largest}
            isScored={isScored}
            isOpen={item.id === opened}
            onOpen={onOpen}
            {...(onDismiss === undefined ? {} : { onDismiss: dismiss })}
          />
        ))}
      </ol>
      <p className="small muted">
        {t('recommendations.list.legend')} {t('recommendations.list.counts')}
      </p>
    </Panel>
  );
}

function ChangesSentence({ list, before }: Pick<RecommendedListProps, 'list' | 'before'>): ReactNode {
  const { t, i18n } = useTranslation();
  if (before === undefined) return null;
  const counts = countChanges(idsOf(before), idsOf(list));
  const kinds = (['new', 'up', 'down', 'gone'] as const).filter((kind) => counts[kind] > 0);
  if (kinds.length === 0) return t('recommendations.changes.same');
  const changes = kinds.map((kind) => t(`recommendations.changes.${kind}`, { count: counts[kind] }));
  return t('recommendations.changes.changed', { changes: new Intl.ListFormat(i18n.language).format(changes) });
}
