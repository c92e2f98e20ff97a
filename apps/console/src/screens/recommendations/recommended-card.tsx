import { ArrowDown, ArrowUp, Plus, ThumbsDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button as AriaButton } from 'react-aria-components';
import { Badge } from '../../components/badge';
import { Button } from '../../components/button';
import { ShareBar } from '../../components/share-bar';
import { useFormat } from '../../i18n/use-format';
import type { Change } from './list-changes';
import type { RecommendedItem } from './queries';
import { ScoreParts } from './score-parts';

interface RecommendedCardProps {
  readonly item: RecommendedItem;
  readonly place: number;
  readonly change: Change | undefined;
  /** Size of the largest part of a score in the list. */
  readonly largest: number;
  readonly isScored: boolean;
  readonly isOpen: boolean;
  readonly onOpen: (id: string) => void;
  readonly onDismiss?: (id: string) => void;
}

/** An item of a list, and why it stands there. */
export function RecommendedCard({ item, place, change, largest, isScored, isOpen, onOpen, onDismiss }: RecommendedCardProps): ReactNode {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { id, title = id, category, score, probability, parts = {}, reason, explored } = item;
  return (
    <li className={`list-item recommended${isOpen ? ' is-chosen' : ''}`}>
      <span className="recommended-place number" aria-hidden>
        {place + 1}
      </span>
      <div className="stack-tight">
        <div className="row">
          <AriaButton className="link-button" onPress={() => onOpen(id)}>
            {title}
          </AriaButton>
          {change !== undefined && <ChangeBadge change={change} />}
          {category !== undefined && <Badge>{category}</Badge>}
          {explored && <Badge tone="warning">{t('recommendations.list.explored')}</Badge>}
        </div>
        {reason !== undefined && (
          <p className="small" lang="en">
            {reason}
          </p>
        )}
        {onDismiss !== undefined && (
          <div className="row">
            <Button small look="quiet" aria-label={t('recommendations.list.dismiss', { title })} onPress={() => onDismiss(id)}>
              <ThumbsDown size={14} aria-hidden /> {t('recommendations.list.dismissShort')}
            </Button>
          </div>
        )}
      </div>
      <div className="recommended-figures stack-tight small">
        <ShareBar label={t('recommendations.list.probability')} share={probability} tone="positive" />
        {isScored && (
          <>
            <div className="row spread">
              <span>{t('recommendations.list.score')}</span>
              <span className="number">{number(score)}</span>
            </div>
            <ScoreParts parts={parts} largest={largest} />
          </>
        )}
      </div>
    </li>
  );
}

function ChangeBadge({ change }: { readonly change: Change }): ReactNode {
  const { t } = useTranslation();
  switch (change.kind) {
    case 'same':
      return null;
    case 'new':
      return (
        <Badge tone="accent">
          <Plus size={12} aria-hidden /> {t('recommendations.changes.isNew')}
        </Badge>
      );
    case 'up':
      return (
        <Badge tone="positive">
          <ArrowUp size={12} aria-hidden /> {t('recommendations.changes.isUp', { by: change.by })}
        </Badge>
      );
    case 'down':
      return (
        <Badge tone="warning">
          <ArrowDown size={12} aria-hidden /> {t('recommendations.changes.isDown', { by: change.by })}
        </Badge>
      );
  }
}
