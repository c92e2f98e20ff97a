import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { mostConfused, rowShares } from './confusion';

interface ConfusionTableProps {
  readonly labels: readonly string[];
  /** `[true label][predicted label]`, rows. */
  readonly matrix: readonly (readonly number[])[];
}

/** Which labels were taken for which. */
export function ConfusionTable({ labels, matrix }: ConfusionTableProps): ReactNode {
  const { t } = useTranslation();
  const confused = mostConfused(labels, matrix);
  const shares = rowShares(matrix);
  return (
    <section className="stack">
      <h3>{t('models.confusion')}</h3>
      <p className="small muted">{t('models.confusionNote')}</p>
      <div className="table-scroll table-tall" tabIndex={0} role="region" aria-label={t('models.confusion')}>
        <table className="confusion">
          <thead>
            <tr>
              <th scope="col" className="confusion-corner">
                {t('models.confusionCorner')}
              </th>
              {labels.map((label) => (
                <th key={label} scope="col" className={labels.length > 6 ? 'is-upright' : ''}>
                  <span>{label}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.map((row, truth) => (
              <tr key={labels[truth]}>
                <th scope="row">{labels[truth]}</th>
                {row.map((count, predicted) => (
                  <td
                    key={labels[predicted]}
                    className={predicted === truth ? 'is-right' : 'is-wrong'}
                    style={{ '--share': shares[truth][predicted] } as CSSProperties}
                    title={
                      predicted === truth
                        ? t('models.confusionRight', { count, label: labels[truth] })
                        : t('models.confusionWrong', { count, label: labels[truth], predicted: labels[predicted] })
                    }
                  >
                    {count}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="small">
        <strong>{t('models.oftenConfused')}</strong>
      </p>
      {confused.length === 0 ? (
        <p className="small muted">{t('models.noneConfused')}</p>
      ) : (
        <ul className="small">
          {confused.map(({ label, predicted, count }) => (
            <li key={`${label} ${predicted}`}>
              {t('models.takenFor', { label, predicted })} · {t('models.rows', { count })}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
