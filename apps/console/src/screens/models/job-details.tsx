import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Badge } from '../../components/badge';
import { Button } from '../../components/button';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { Empty } from '../../components/empty';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { EvaluationCurves } from './evaluation-curves';
import { JobFacts } from './job-facts';
import { JobProgress } from './job-progress';
import { JobState } from './job-state';
import { isActive, useCancelTraining, useHeads } from './queries';
import { addressOf } from './use-address';
import { useFollowedJob } from './use-followed-job';
import { VerdictView } from './verdict-view';
import type { TrainingJob } from './types';

/** A training while it goes on, and what came of it. */
export function JobDetails({ id }: { readonly id: string }): ReactNode {
  const { t } = useTranslation();
  const { query, stream } = useFollowedJob(id);
  const job = query.data;
  return (
    <Panel
      title={job === undefined ? t('models.job') : t('models.jobTitle', { version: job.version })}
      actions={
        job !== undefined && (
          <>
            {isActive(job) && (
              <Badge tone={stream === 'open' ? 'positive' : 'plain'}>{t(stream === 'open' ? 'state.live' : 'state.reconnecting')}</Badge>
            )}
            <JobState job={job} />
            {isActive(job) && <CancelTraining job={job} />}
          </>
        )
      }
    >
      <Loaded query={query}>{(loaded) => <JobView job={loaded} />}</Loaded>
    </Panel>
  );
}

function JobView({ job }: { readonly job: TrainingJob }): ReactNode {
  const { t } = useTranslation();
  const { status, progress, failure, before, attempts } = job;
  const evaluations = progress?.evaluations ?? [];
  const notes = progress?.notes ?? [];
  return (
    <div className="stack">
      {status === 'queued' && <p>{t('models.waitsFor', { count: before ?? 0 })}</p>}
      {status === 'running' && <JobProgress job={job} />}
      {status === 'succeeded' && <Outcome job={job} />}
      {job.kind === 'update' && job.verdict !== undefined && <VerdictView verdict={job.verdict} />}
      {failure !== undefined && (
        <div className="failure">
          <strong>{t('models.failedWhy')}</strong>
          <p className="pre-line">{failure}</p>
        </div>
      )}
      {attempts > 1 && <p className="notice notice-warning">{t('models.attempts', { count: attempts })}</p>}
      <JobFacts job={job} />
      <section className="stack">
        <h3>{t('models.evaluations')}</h3>
        {evaluations.length === 0 ? <Empty>{t('models.noEvaluations')}</Empty> : <EvaluationCurves evaluations={evaluations} />}
      </section>
      {notes.length > 0 && (
        <section className="stack">
          <h3>{t('models.notes')}</h3>
          <ul className="bullets small">
            {notes.map((note, place) => (
              <li key={place}>{note}</li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Outcome({ job: { head, version } }: { readonly job: TrainingJob }): ReactNode {
  const { t } = useTranslation();
  const heads = useHeads();
  const current = heads.data?.find(({ name }) => name === head)?.current?.version;
  return (
    <p className="notice notice-positive row">
      <Link href={addressOf('', { head, version })}>{t('models.toVersion')}</Link>
      {current !== undefined && current !== version && (
        <Link href={addressOf('compare', { head, version, with: current })}>{t('models.toCompare')}</Link>
      )}
    </p>
  );
}

function CancelTraining({ job: { id, version, cancelling } }: { readonly job: TrainingJob }): ReactNode {
  const { t } = useTranslation();
  const [isOpen, open] = useState(false);
  const cancel = useCancelTraining();
  return (
    <>
      <Button
        small
        look="danger"
        isDisabled={cancelling}
        onPress={() => {
          cancel.reset();
          open(true);
        }}
      >
        {t('models.cancel')}
      </Button>
      <ConfirmDialog
        title={t('models.cancelTitle', { version })}
        isOpen={isOpen}
        onClose={() => open(false)}
        action={t('models.cancel')}
        cancel={t('models.keepTraining')}
        isPending={cancel.isPending}
        error={cancel.error}
        onConfirm={() => cancel.mutate(id, { onSuccess: () => open(false) })}
      >
        <p>{t('models.cancelText')}</p>
      </ConfirmDialog>
    </>
  );
}
