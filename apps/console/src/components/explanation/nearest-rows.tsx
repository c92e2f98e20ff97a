import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import type { TrainingRows } from './types';

/** The rows that the head learnt from which lie nearest to a text; or that its version keeps none. */
export function NearestRows({ trainingRows: { kept, nearest } }: { readonly trainingRows: TrainingRows }): ReactNode {
  const { t } = useTranslation();
  const { number } = useFormat();
  const areAbout = nearest.some(({ entity }) => entity !== undefined);
  if (kept === 0) return <p className="small muted">{t('explanation.nearest.none')}</p>;
  return (
    <table className="table">
      <caption className="small muted">{t('explanation.nearest.title', { count: kept })}</caption>
      <thead>
        <tr>
          <th scope="col">{t('explanation.nearest.text')}</th>
          {areAbout && <th scope="col">{t('explanation.nearest.entity')}</th>}
          <th scope="col">{t('explanation.nearest.label')}</th>
          <th scope="col" className="right">
            {t('explanation.nearest.cosine')}
          </th>
        </tr>
      </thead>
      <tbody>
        {nearest.map(({ text, entity, label, cosine }, place) => (
          <tr key={place}>
            <td className="clip">{text}</td>
            {areAbout && <td>{entity}</td>}
            <td>{[label ?? []].flat().join(', ')}</td>
            <td className="right">{number(cosine, 3)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
