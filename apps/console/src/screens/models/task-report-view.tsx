import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Baselines } from './baselines';
import { ClassTable } from './class-table';
import { ConfusionTable } from './confusion-table';
import { singleFigures } from './figures';
import { useWording } from './use-wording';
import type { TaskReport } from './types';

interface TaskReportViewProps {
  readonly report: TaskReport;
  /** What the rows are called. */
  readonly on: string;
}

/** What a version did on held-out rows of one task. */
export function TaskReportView({ report, on }: TaskReportViewProps): ReactNode {
  const { t } = useTranslation();
  const { nameOf, figure } = useWording();
  const { rows, perClass = [], labels = [], confusionMatrix } = report;
  return (
    <>
      <section className="stack">
        <h3>
          {t('models.figuresHead')}{' '}
          <span className="muted small">
            {on}
            {rows !== undefined && ` · ${t('models.rows', { count: rows })}`}
          </span>
        </h3>
        <dl className="figure-cards">
          {singleFigures(report).map(([name, value]) => (
            <div key={name} className="figure-card">
              <dt>{nameOf(name)}</dt>
              <dd>{Number.isInteger(value) && value > 1 ? value : figure(value)}</dd>
            </div>
          ))}
        </dl>
      </section>
      <Calibration report={report} />
      <Baselines report={report} />
      {perClass.length > 0 && <ClassTable classes={perClass} />}
      {confusionMatrix !== undefined && <ConfusionTable labels={labels} matrix={confusionMatrix} />}
    </>
  );
}

function Calibration({ report: { expectedCalibrationError: error, temperature } }: { readonly report: TaskReport }): ReactNode {
  const { t } = useTranslation();
  const { figure, nameOf } = useWording();
  if (error === undefined) return null;
  return (
    <section className="stack">
      <h3>{t('models.calibration')}</h3>
      <p className="small muted">{t('models.calibrationNote')}</p>
      <dl className="figure-cards">
        <div className="figure-card">
          <dt>{t('models.calibrationBefore')}</dt>
          <dd>{figure(error.before)}</dd>
        </div>
        <div className="figure-card">
          <dt>{t('models.calibrationAfter')}</dt>
          <dd>{figure(error.after)}</dd>
        </div>
        <div className="figure-card">
          <dt>{nameOf('temperature')}</dt>
          <dd>{figure(temperature)}</dd>
        </div>
      </dl>
    </section>
  );
}
