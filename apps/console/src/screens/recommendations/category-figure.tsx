import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { categorySpread } from './category-spread';

/** How diverse a list is: its categories, each as wide as its share. */
export function CategoryFigure({ items }: { readonly items: readonly { readonly category?: string }[] }): ReactNode {
  const { t } = useTranslation();
  const spread = categorySpread(items);
  if (spread.length === 0) return null;
  return (
    <figure className="category-figure" aria-label={t('recommendations.list.spread')}>
      <figcaption className="small">{t('recommendations.list.spreadCount', { count: spread.length, items: items.length })}</figcaption>
      <ul className="category-bar">
        {spread.map(({ category = t('recommendations.list.noCategory'), count }) => (
          <li key={category} className="category-share small" style={{ flexGrow: count }}>
            <span className="category-name">{category}</span> <span className="number">{count}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}
