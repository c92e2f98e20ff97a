import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFormat } from '../../i18n/use-format';
import { NUMBER_SETTINGS } from './training-settings';
import { addressOf } from './use-address';
import { useWording } from './use-wording';
import type { TrainingJob } from './types';

/** What a training was begun with, by whom and when. */
export function JobFacts({ job }: { readonly job: TrainingJob }): ReactNode {
  const { t } = useTranslation();
  const { instant, number } = useFormat();
  const { duration } = useWording();
  const { head, input, createdAt, createdBy, startedAt, finishedAt } = job;
  const { labels = {}, ...roles } = input.columns ?? {};
  const columns = [...Object.entries(roles), ...Object.entries(labels)];
  const facts: (readonly [string, ReactNode])[] = [
    [t('models.head'), head],
    [
      t('models.dataset'),
      <Link key="dataset" href={addressOf('data', { dataset: input.dataset, head })}>
        {t('models.again')}
      </Link>,
    ],
    [t('models.created'), `${instant(createdAt)}, ${createdBy}`],
    ...(startedAt === undefined ? [] : [[t('models.started'), instant(startedAt)] as const]),
    ...(finishedAt === undefined ? [] : [[t('models.finished'), instant(finishedAt)] as const]),
    ...(startedAt === undefined || finishedAt === undefined
      ? []
      : [[t('models.took'), duration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000)] as const]),
    ...(columns.length === 0
      ? []
      : [[t('models.columnsTitle'), columns.map(([role, column]) => `${role}: ${String(column)}`).join(', ')] as const]),
    [t('models.tuner'), input.tuner ?? t('models.asHead')],
    ...NUMBER_SETTINGS.flatMap((setting) => {
      const value = input[setting];
      return value === undefined ? [] : [[t(`models.${setting}`), number(value, 8)] as const];
    }),
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
