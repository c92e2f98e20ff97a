import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFormat } from '../../i18n/use-format';
import { NUMBER_SETTINGS } from './training-settings';
import { addressOf } from './use-address';
import { useWording } from './use-wording';
import { useTrainingSet } from './update-queries';
import type { TrainingJob, TrainJob } from './types';

/** What a training was begun with, by whom and when. */
export function JobFacts({ job }: { readonly job: TrainingJob }): ReactNode {
  const { t } = useTranslation();
  const { instant, number } = useFormat();
  const { duration } = useWording();
  const { head, createdAt, createdBy, startedAt, finishedAt } = job;
  const settings = ({ input }: TrainJob): (readonly [string, ReactNode])[] => {
    const { labels = {}, ...roles } = input.columns ?? {};
    const columns = [...Object.entries(roles), ...Object.entries(labels)];
    return [
      ...(columns.length === 0
        ? []
        : [[t('models.columnsTitle'), columns.map(([role, column]) => `${role}: ${String(column)}`).join(', ')] as const]),
      [t('models.tuner'), input.tuner ?? t('models.asHead')],
      ...NUMBER_SETTINGS.flatMap((setting) => {
        const value = input[setting];
        return value === undefined ? [] : [[t(`models.${setting}`), number(value, 8)] as const];
      }),
    ];
  };
  const facts: (readonly [string, ReactNode])[] = [
    [t('models.head'), head],
    job.kind === 'train'
      ? [
          t('models.dataset'),
          <Link key="dataset" href={addressOf('data', { dataset: job.input.dataset, head })}>
            {t('models.again')}
          </Link>,
        ]
      : [t('updates.set'), <SetFacts key="set" head={head} number={job.input.trainingSet} />],
    [t('models.created'), `${instant(createdAt)}, ${createdBy}`],
    ...(startedAt === undefined ? [] : [[t('models.started'), instant(startedAt)] as const]),
    ...(finishedAt === undefined ? [] : [[t('models.finished'), instant(finishedAt)] as const]),
    ...(startedAt === undefined || finishedAt === undefined
      ? []
      : [[t('models.took'), duration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000)] as const]),
    ...(job.kind === 'train' ? settings(job) : []),
  ];
  return (
    <dl className="facts facts-columns">
      {facts.map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd className="clip">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What an update learns from. */
function SetFacts({ head, number }: { readonly head: string; readonly number: number }): ReactNode {
  const { t } = useTranslation();
  const { data } = useTrainingSet(head, number);
  return (
    <Link href={addressOf('updates', { head })}>
      {t('updates.setNumber', { number: String(number) })}
      {data !== undefined && `: ${t('updates.setRows', { rows: data.rows, recent: data.recentRows })}`}
    </Link>
  );
}
