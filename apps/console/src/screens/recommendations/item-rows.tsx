import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from 'react-aria-components';
import { Badge } from '../../components/badge';
import { useFormat } from '../../i18n/use-format';

interface ItemRowsProps {
  readonly label: string;
  readonly items: readonly { readonly id: string; readonly title?: string; readonly category?: string; readonly score?: number }[];
  readonly opened?: string | undefined;
  readonly onOpen: (id: string) => void;
}

/** Items to open, a row each. */
export function ItemRows({ label, items, opened, onOpen }: ItemRowsProps): ReactNode {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <ol className="item-rows" aria-label={label}>
      {items.map(({ id, title = id, category, score }) => (
        <li key={id}>
          <Button
            className={`list-item is-button item-row${id === opened ? ' is-chosen' : ''}`}
            onPress={() => onOpen(id)}
            aria-current={id === opened ? 'true' : undefined}
          >
            <span className="item-row-title">{title}</span>
            {category !== undefined && <Badge>{category}</Badge>}
            {score !== undefined && (
              <span className="small muted number">
                <span className="visually-hidden">{t('recommendations.item.likeness')} </span>
                {number(score, 2)}
              </span>
            )}
          </Button>
        </li>
      ))}
    </ol>
  );
}
