import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';

interface RatesTableProps {
  readonly title: string;
  /** Of the column of names. */
  readonly head: string;
  readonly rows: readonly { readonly name: string; readonly shown: number; readonly taken: number; readonly clickThrough: number }[];
}

/** How often what was shown was taken, a row each, with bars beside each other; the largest fills its place. */
export function RatesTable({ title, head, rows }: RatesTableProps): ReactNode {
  const { t } = useTranslation();
  const { number, percent } = useFormat();
  const largest = Math.max(...rows.map(({ clickThrough }) => clickThrough), 1e-9);
  return (
    <Panel title={title}>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={title}>
        <table className="table rates">
          <thead>
            <tr>
              <th scope="col">{head}</th>
              <th scope="col" className="right">
                {t('recommendations.metrics.shown')}
              </th>
              <th scope="col" className="right">
                {t('recommendations.metrics.taken')}
              </th>
              <th scope="col">{t('recommendations.metrics.clickThrough')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, shown, taken, clickThrough }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="right">{number(shown)}</td>
                <td className="right">{number(taken)}</td>
                <td>
                  <div className="rate">
                    <span className="number">{percent(clickThrough)}</span>
                    <svg className="part-bar-for" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden>
                      <rect className="part-bar-rest" width="100" height="6" />
                      <rect className="part-bar-share" width={(100 * clickThrough) / largest} height="6" />
                    </svg>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
