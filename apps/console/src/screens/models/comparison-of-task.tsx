import { ArrowDown, ArrowUp, Equal, Minus, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { changeOf, entriesByDirection, type Change } from './figures';
import { useWording } from './use-wording';
import type { Difference, HeadComparison } from './types';

interface ComparisonOfTaskProps {
  /** Undefined where the head has but one. */
  readonly task: string | undefined;
  readonly comparison: HeadComparison['tasks'][string];
  readonly version: string;
  readonly other: string;
}

/** What has changed in one task: figure by figure, and label by label. */
export function ComparisonOfTask({ task, comparison: { on, sameRows, metrics, f1 }, version, other }: ComparisonOfTaskProps): ReactNode {
  const { t } = useTranslation();
  const { nameOf } = useWording();
  const labels = Object.entries(f1);
  return (
    <section className="stack">
      <h3>
        {task} <span className="small muted">{t(`models.on.${on}`)}</span>
      </h3>
      {!sameRows && (
        <p className="notice notice-warning">
          <TriangleAlert size={16} aria-hidden /> {t('models.otherRows')}
        </p>
      )}
      <Differences
        title={t('models.figure')}
        version={version}
        other={other}
        rows={entriesByDirection(metrics).map(([name, difference]) => ({ name: nameOf(name), figure: name, difference }))}
      />
      {labels.length > 0 && (
        <>
          <h4>{t('models.changedClasses')}</h4>
          <Differences
            title={t('models.label')}
            version={version}
            other={other}
            rows={labels.map(([name, difference]) => ({ name, figure: 'f1', difference }))}
          />
        </>
      )}
    </section>
  );
}

interface DifferencesProps {
  readonly title: string;
  readonly version: string;
  readonly other: string;
  readonly rows: readonly { readonly name: string; readonly figure: string; readonly difference: Difference }[];
}

function Differences({ title, version, other, rows }: DifferencesProps): ReactNode {
  const { t } = useTranslation();
  const { figure } = useWording();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={title}>
      <table className="table compare-table">
        <thead>
          <tr>
            <th scope="col">{title}</th>
            <th scope="col" className="right clip">
              {version}
            </th>
            <th scope="col" className="right clip">
              {other}
            </th>
            <th scope="col">{t('models.change')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, figure: kind, difference }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="right">{figure(difference.version)}</td>
              <td className="right">{figure(difference.with)}</td>
              <td>
                <ChangeMark change={changeOf(kind, difference)} by={difference.change} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A change by its sign, an arrow, a word and a colour. */
function ChangeMark({ change, by }: { readonly change: Change; readonly by: number | null | undefined }): ReactNode {
  const { t } = useTranslation();
  const { change: signed } = useWording();
  const isUp = (by ?? 0) > 0;
  const Mark = change === 'unknown' ? Minus : change === 'same' ? Equal : isUp ? ArrowUp : ArrowDown;
  return (
    <span className={`change change-${change}`}>
      <Mark size={14} aria-hidden />
      {typeof by === 'number' && change !== 'same' && <span className="number">{signed(by)}</span>}
      <span>{t(`models.changes.${change}`)}</span>
    </span>
  );
}
