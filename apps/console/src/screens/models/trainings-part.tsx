import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { PagedQuery } from '../../api/paged-query';
import { Empty } from '../../components/empty';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { JobDetails } from './job-details';
import { JobState } from './job-state';
import { useDatasets, useJobs } from './queries';
import { addressOf, useNamed } from './use-address';
import { useWording } from './use-wording';
import type { Dataset, TrainingJob } from './types';

/** Trainings: how far the chosen one is, and all of them. */
export function TrainingsPart(): ReactNode {
  const { t } = useTranslation();
  const jobs = useJobs();
  const datasets = useDatasets();
  const [named] = useNamed();
  return (
    <div className="stack">
      {named.job !== undefined && <JobDetails key={named.job} id={named.job} />}
      <Panel title={t('models.jobs')}>
        <Paged query={jobs}>
          {(items) =>
            items.length === 0 ? (
              <Empty>
                {t('models.noJobs')} <Link href={addressOf('data')}>{t('models.toData')}</Link>
              </Empty>
            ) : (
              <JobTable jobs={items} datasets={datasets} chosen={named.job} />
            )
          }
        </Paged>
      </Panel>
    </div>
  );
}

interface JobTableProps {
  readonly jobs: readonly TrainingJob[];
  readonly datasets: PagedQuery<Dataset>;
  readonly chosen: string | undefined;
}

function JobTable({ jobs, datasets, chosen }: JobTableProps): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  const { duration } = useWording();
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('models.jobs')}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('models.version')}</th>
            <th scope="col">{t('models.head')}</th>
            <th scope="col">{t('models.state')}</th>
            <th scope="col">{t('models.dataset')}</th>
            <th scope="col">{t('models.created')}</th>
            <th scope="col">{t('models.took')}</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => {
            const { id, version, head, createdAt, createdBy, startedAt, finishedAt } = job;
            return (
              <tr key={id} className={id === chosen ? 'is-chosen' : ''}>
                <th scope="row">
                  <Link href={addressOf('trainings', { job: id })} className="clip" aria-current={id === chosen ? 'true' : undefined}>
                    {version}
                  </Link>
                </th>
                <td>{head}</td>
                <td>
                  <JobState job={job} />
                </td>
                <td>
                  {job.kind === 'train' ? (
                    <DatasetName id={job.input.dataset} datasets={datasets} />
                  ) : (
                    <Link href={addressOf('updates', { head })}>
                      {t('updates.set')} {t('updates.setNumber', { number: String(job.input.trainingSet) })}
                    </Link>
                  )}
                </td>
                <td>
                  {instant(createdAt)}
                  <div className="small muted">{createdBy}</div>
                </td>
                <td className="nowrap">
                  {startedAt === undefined || finishedAt === undefined
                    ? '–'
                    : duration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** A data set by its name; by its id where the list was not read so far, and as deleted where the whole list lacks it. */
function DatasetName({ id, datasets: { data, hasNextPage } }: { readonly id: string; readonly datasets: PagedQuery<Dataset> }): ReactNode {
  const { t } = useTranslation();
  const dataset = data?.find((entry) => entry.id === id);
  if (dataset === undefined && data !== undefined && !hasNextPage) return <span className="muted">{t('models.deleted')}</span>;
  return (
    <Link href={addressOf('data', { dataset: id })} className="clip">
      {dataset?.name ?? `${id.slice(0, 8)}…`}
    </Link>
  );
}
