import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge';
import { TimeChart, type ChartSeries } from '../../components/time-chart';
import { useFormat } from '../../i18n/use-format';
import { curvesOf, splitName, type Curve } from './curves';
import { useWording } from './use-wording';

interface EvaluationCurvesProps {
  readonly evaluations: readonly {
    readonly epoch: number;
    readonly step: number;
    readonly metrics: Readonly<Record<string, number | null>>;
    readonly best?: boolean;
  }[];
}

/** Variables of the style sheets that lines are drawn in, each of which is well seen on both grounds. */
const COLOURS = ['--accent', '--positive', '--warning', '--negative', '--neutral'];

/** The validation rows' losses and figures by epoch, as curves and in full as a table. */
export function EvaluationCurves({ evaluations }: EvaluationCurvesProps): ReactNode {
  const { t } = useTranslation();
  const { epochs, losses, scores } = useMemo(() => curvesOf(evaluations), [evaluations]);
  if (evaluations.length === 0) return null;
  return (
    <>
      <div className="columns">
        <CurveChart title={t('models.validationLoss')} at={epochs} curves={losses} />
        <CurveChart title={t('models.validationFigures')} at={epochs} curves={scores} />
      </div>
      <EvaluationTable evaluations={evaluations} />
    </>
  );
}

function CurveChart({
  title,
  at,
  curves,
}: {
  readonly title: string;
  readonly at: readonly number[];
  readonly curves: readonly Curve[];
}): ReactNode {
  const { t } = useTranslation();
  const { nameOf } = useWording();
  const series = useMemo(
    () =>
      curves.map(({ task, figure, values }, place): ChartSeries => ({
        label: nameOf(figure, task),
        values,
        colour: COLOURS[place % COLOURS.length],
        kind: 'points',
      })),
    [curves, nameOf],
  );
  if (curves.length === 0) return null;
  return (
    <figure className="stack">
      <figcaption className="small muted">{title}</figcaption>
      <TimeChart
        label={t('models.evaluationsLabel', { figures: title })}
        at={at}
        series={series}
        isTime={false}
        atLabel={t('models.epoch')}
        height={200}
      />
    </figure>
  );
}

function EvaluationTable({ evaluations }: EvaluationCurvesProps): ReactNode {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { figure, nameOf } = useWording();
  const names = [...new Set(evaluations.flatMap(({ metrics }) => Object.keys(metrics)))];
  return (
    <details>
      <summary>{t('models.evaluationsTable')}</summary>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('models.evaluationsTable')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('models.epoch')}</th>
              <th scope="col" className="right">
                {t('models.step')}
              </th>
              {names.map((name) => {
                const { task, figure: own } = splitName(name);
                return (
                  <th key={name} scope="col" className="right">
                    {nameOf(own, task)}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {evaluations.map(({ epoch, step, metrics, best }) => (
              <tr key={step}>
                <th scope="row">
                  {number(epoch, 2)} {best === true && <Badge tone="positive">{t('models.best')}</Badge>}
                </th>
                <td className="right">{number(step)}</td>
                {names.map((name) => (
                  <td key={name} className="right">
                    {figure(metrics[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
