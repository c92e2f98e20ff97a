import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { tellsShadow, useModelShadow } from './shadow-queries';
import { useWording } from './use-wording';
import type { ModelShadow } from './types';

/** Pairs of labels that are shown. */
const MOST_PAIRS = 8;
/** Milliseconds in a second. */
const SECOND = 1_000;

/** What a version in shadow says beside the one that serves, as an instance of the service tells. */
export function ShadowFigures({ head, version }: { readonly head: string; readonly version: string }): ReactNode {
  const { t } = useTranslation();
  const shadow = useModelShadow(head);
  if (!tellsShadow(head)) return <p className="muted">{t('updates.inShadow.untold')}</p>;
  if (shadow.error !== null) return <p className="muted">{t('updates.driftAway')}</p>;
  if (shadow.data === undefined) return null;
  if (shadow.data?.version !== version) return <p className="muted">{t('updates.inShadow.beginning')}</p>;
  return <Figures shadow={shadow.data} />;
}

function Figures({ shadow }: { readonly shadow: ModelShadow }): ReactNode {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { scored, dropped, failed, seconds, tasks, problem, against } = shadow;
  if (problem !== undefined) return <p className="notice notice-warning">{t('updates.inShadow.problem', { problem })}</p>;
  return (
    <>
      <dl className="facts facts-columns">
        <Fact name={t('updates.inShadow.scored')}>{number(scored, 0)}</Fact>
        <Fact name={t('updates.inShadow.dropped')}>{number(dropped, 0)}</Fact>
        <Fact name={t('updates.inShadow.failed')}>{number(failed, 0)}</Fact>
        {seconds !== undefined && (
          <Fact name={t('updates.inShadow.time')}>
            {t('updates.inShadow.times', { candidate: number(seconds.candidate * SECOND, 2), served: number(seconds.served * SECOND, 2) })}
          </Fact>
        )}
      </dl>
      {Object.entries(tasks).map(([task, of]) => (
        <TaskFigures key={task} task={task} of={of} against={against} />
      ))}
    </>
  );
}

interface TaskFiguresProps {
  readonly task: string;
  readonly of: ModelShadow['tasks'][string];
  readonly against: string;
}

function TaskFigures({ task, of: { texts, disagreements, pairs, meanDifference }, against }: TaskFiguresProps): ReactNode {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { figure } = useWording();
  const nameOf = (label: string): string => (label === '' ? t('updates.inShadow.noLabel') : label);
  return (
    <>
      <p>{t('updates.inShadow.task', { task, texts, disagreements, against, difference: figure(meanDifference) })}</p>
      {pairs.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('updates.inShadow.served')}</th>
              <th scope="col">{t('updates.inShadow.candidate')}</th>
              <th scope="col" className="right">
                {t('updates.inShadow.texts')}
              </th>
            </tr>
          </thead>
          <tbody>
            {pairs.slice(0, MOST_PAIRS).map((pair) => (
              <tr key={JSON.stringify([pair.served, pair.candidate])}>
                <td>{nameOf(pair.served)}</td>
                <td>{nameOf(pair.candidate)}</td>
                <td className="right">{number(pair.texts, 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
