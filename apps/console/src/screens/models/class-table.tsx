import { ArrowDown, ArrowUp } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from 'react-aria-components';
import { CLASS_COLUMNS, sortClasses, type ClassColumn, type ClassOrder } from './sort-classes';
import { useWording } from './use-wording';
import type { ClassFigures } from './types';

/** Precision, recall and F1 of each label; the weakest first where one presses on F1. */
export function ClassTable({ classes }: { readonly classes: readonly ClassFigures[] }): ReactNode {
  const { t } = useTranslation();
  const { figure } = useWording();
  const [order, setOrder] = useState<ClassOrder>({ column: 'label', ascending: true });
  return (
    <section className="stack">
      <h3>{t('models.perClass')}</h3>
      <div className="table-scroll table-tall" tabIndex={0} role="region" aria-label={t('models.perClass')}>
        <table className="table">
          <thead>
            <tr>
              {CLASS_COLUMNS.map((column) => (
                <SortedHead key={column} column={column} order={order} onSort={setOrder} />
              ))}
            </tr>
          </thead>
          <tbody>
            {sortClasses(classes, order).map(({ label, support, precision, recall, f1 }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td className="right">{support ?? '–'}</td>
                <td className="right">{figure(precision)}</td>
                <td className="right">{figure(recall)}</td>
                <td className="right">
                  <span className="figure-bar">
                    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden>
                      <rect className="bar-rest" width="100" height="8" />
                      <rect className="bar-share" width={(f1 ?? 0) * 100} height="8" />
                    </svg>
                    {figure(f1)}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface SortedHeadProps {
  readonly column: ClassColumn;
  readonly order: ClassOrder;
  readonly onSort: (order: ClassOrder) => void;
}

function SortedHead({ column, order, onSort }: SortedHeadProps): ReactNode {
  const { t } = useTranslation();
  const isSorted = order.column === column;
  const Arrow = order.ascending ? ArrowUp : ArrowDown;
  return (
    <th
      scope="col"
      className={column === 'label' ? '' : 'right'}
      aria-sort={isSorted ? (order.ascending ? 'ascending' : 'descending') : undefined}
    >
      <Button
        className="sort-button"
        aria-label={t('models.sortBy', { column: t(`models.${column}`) })}
        onPress={() => onSort({ column, ascending: isSorted ? !order.ascending : true })}
      >
        {t(`models.${column}`)}
        {isSorted && <Arrow size={13} aria-hidden />}
      </Button>
    </th>
  );
}
