import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../components/empty';
import { Loaded } from '../../components/loaded';
import { ItemRows } from './item-rows';
import { useSimilarItems } from './queries';

/** Items that are like one, the most alike first. */
export function SimilarItems({ id, onOpen }: { readonly id: string; readonly onOpen: (id: string) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Loaded query={useSimilarItems(id)}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty>{t('recommendations.item.noSimilar')}</Empty>
        ) : (
          <ItemRows label={t('recommendations.item.similar')} items={items} onOpen={onOpen} />
        )
      }
    </Loaded>
  );
}
