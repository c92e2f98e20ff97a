import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { useWording } from './use-wording';
import type { UpdateVerdict } from './types';

/** What the gate said of an update: each way in which it is worse, both versions on the same rows, and where they differ on texts of late. */
export function VerdictView({ verdict }: { readonly verdict: UpdateVerdict }): ReactNode {
  const { t } = useTranslation();
  const { percent } = useFormat();
  const { figure } = useWording();
  const { outcome, serving, reasons, shadow } = verdict;
  return (
    <section className="stack">
      <h3>{t('updates.verdict')}</h3>
      <p className={`notice notice-${outcome === 'stopped' ? 'warning' : 'positive'}`}>{t(`updates.outcomes.${outcome}`, { serving })}</p>
      {reasons.length > 0 && (
        <ul className="bullets">
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      <JudgedTable verdict={verdict} />
      {Object.entries(shadow?.tasks ?? {}).map(([task, { changed, meanDistance }]) => (
        <p key={task} className="small muted">
          {t('updates.shadow', { task, changed: percent(changed ?? 0), texts: shadow?.texts ?? 0, distance: figure(meanDistance) })}
        </p>
      ))}
    </section>
  );
}

function JudgedTable({ verdict: { sets } }: { readonly verdict: UpdateVerdict }): ReactNode {
  const { t } = useTranslation();
  const { figure } = useWording();
  const judged = sets.flatMap(({ set, serving, updated }) =>
    Object.entries(updated).map(([task, after]) => ({ set, task, after, before: serving[task] })),
  );
  const setName = (set: string): string => (set === 'golden' || set === 'recent' ? t(`updates.sets.${set}`) : set);
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('updates.verdict')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('updates.judged')}</th>
            <th scope="col">{t('updates.rows')}</th>
            {(['score', 'calibration'] as const).flatMap((name) =>
              (['before', 'after'] as const).map((side) => (
                <th key={`${name} ${side}`} scope="col">
                  {t(`updates.${name}`)}, {t(`updates.${side}`)}
                </th>
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {judged.map(({ set, task, before, after }) => (
            <tr key={`${set} ${task}`}>
              <th scope="row">
                {setName(set)}, {task}
              </th>
              <td>{after.rows}</td>
              <td>{figure(before?.score)}</td>
              <td>{figure(after.score)}</td>
              <td>{figure(before?.calibrationError)}</td>
              <td>{figure(after.calibrationError)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
