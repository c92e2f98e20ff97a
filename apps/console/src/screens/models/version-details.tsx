import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Badge } from '../../components/badge';
import { Choice } from '../../components/choice';
import { Empty } from '../../components/empty';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { tasksOfReport } from './figures';
import { TaskReportView } from './task-report-view';
import { TrainingCourse } from './training-course';
import { addressOf } from './use-address';
import { useJob, useVersion } from './queries';
import { TrainedOn } from './versions-table';
import type { Head, HeadVersionDetails, ReportRows } from './types';

const ROWS: readonly ReportRows[] = ['test', 'validation'];

/** All that is known of a version. */
export function VersionDetails({ head, version }: { readonly head: Head; readonly version: string }): ReactNode {
  const { t } = useTranslation();
  const query = useVersion(head.name, version);
  return (
    <Panel title={t('models.details', { version })}>
      <Loaded query={query}>
        {(details) => (
          <div className="stack-wide">
            <Origin head={head} details={details} />
            <ReportOf details={details} />
            <TrainingCourse history={details.history} />
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

function Origin({ head, details }: { readonly head: Head; readonly details: HeadVersionDetails }): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  const { version, isCurrent, problem, writtenAt, createdBy, encoder, tuner, manifestSha256, trainingData, job } = details;
  const unknown = t('models.unknown');
  return (
    <>
      {problem !== undefined && (
        <div className="notice notice-warning">
          <strong>{t('models.cannotServe')}.</strong> {problem}
        </div>
      )}
      <div className="row">
        {isCurrent && <Badge tone="positive">{t('models.serves')}</Badge>}
        {!isCurrent && head.current !== undefined && (
          <Link href={addressOf('compare', { head: head.name, version, with: head.current.version })}>{t('models.compareWith')}</Link>
        )}
        {job !== undefined && <Link href={addressOf('trainings', { job })}>{t('models.toJob')}</Link>}
      </div>
      <dl className="facts facts-columns">
        <Fact name={t('models.written')}>{instant(writtenAt)}</Fact>
        <Fact name={t('models.by')}>{createdBy ?? unknown}</Fact>
        {job !== undefined && (
          <Fact name={t('models.startedBy')}>
            <StartedBy job={job} />
          </Fact>
        )}
        <Fact name={t('models.encoder')}>{encoder ?? unknown}</Fact>
        <Fact name={t('models.tuner')}>{tuner ?? unknown}</Fact>
        <Fact name={t('models.trainingData')}>
          <TrainedOn version={details} />
        </Fact>
        <Fact name={t('models.dataFingerprint')}>
          {trainingData === undefined ? unknown : <code>{trainingData.sha256.slice(0, 16)}…</code>}
        </Fact>
        <Fact name={t('models.manifest')}>
          <code>{manifestSha256.slice(0, 16)}…</code>
        </Fact>
      </dl>
    </>
  );
}

/** Whose key the training was started with. */
function StartedBy({ job }: { readonly job: string }): ReactNode {
  const { t } = useTranslation();
  const { data } = useJob(job);
  return data?.createdBy ?? t('models.unknown');
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd className="clip">{children}</dd>
    </div>
  );
}

/** The report on the chosen rows, of the chosen task. */
function ReportOf({ details: { reports, metrics } }: { readonly details: HeadVersionDetails }): ReactNode {
  const { t } = useTranslation();
  const present = ROWS.filter((rows) => reports[rows] !== undefined);
  const [wantedRows, setRows] = useState<ReportRows>();
  const [wantedTask, setTask] = useState<string>();
  const rows = present.find((name) => name === wantedRows) ?? present[0];
  const report = present.length === 0 ? undefined : reports[rows];
  if (report === undefined) return <Empty>{t('models.noReport')}</Empty>;
  const tasks = tasksOfReport(report, Object.keys(metrics)[0] ?? '');
  const [task, own] = tasks.find(([name]) => name === wantedTask) ?? tasks[0];
  return (
    <div className="stack">
      <div className="row row-end">
        <Choice
          label={t('models.rowsShown')}
          value={rows}
          onChange={setRows}
          options={present.map((value) => ({ value, text: t(`models.on.${value}`) }))}
        />
        {tasks.length > 1 && (
          <Choice label={t('models.task')} value={task} onChange={setTask} options={tasks.map(([value]) => ({ value, text: value }))} />
        )}
      </div>
      <TaskReportView key={`${rows}/${task}`} report={own} on={t(`models.on.${rows}`)} />
    </div>
  );
}
