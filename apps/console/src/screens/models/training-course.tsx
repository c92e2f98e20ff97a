import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../components/empty';
import { TimeChart, type ChartSeries } from '../../components/time-chart';
import { smooth } from './curves';
import { EvaluationCurves } from './evaluation-curves';
import { useWording } from './use-wording';
import type { History } from './types';

/** Steps that the smoothed loss is an average of, of 100 of the training. */
const SMOOTHED = 0.04;

/** How the losses and figures went while a version was trained. */
export function TrainingCourse({ history }: { readonly history: History | undefined }): ReactNode {
  const { t } = useTranslation();
  return (
    <section className="stack">
      <h3>{t('models.curves')}</h3>
      {history === undefined ? (
        <Empty>{t('models.noCurves')}</Empty>
      ) : (
        <>
          <StepLosses losses={history.losses} />
          <EvaluationCurves evaluations={history.evaluations} />
        </>
      )}
    </section>
  );
}

function StepLosses({ losses }: { readonly losses: History['losses'] }): ReactNode {
  const { t } = useTranslation();
  const { figure } = useWording();
  const at = useMemo(() => losses.map((_, step) => step + 1), [losses]);
  const smoothed = useMemo(() => smooth(losses, Math.max(2, Math.round(losses.length * SMOOTHED))), [losses]);
  const series = useMemo(
    (): ChartSeries[] => [
      { label: t('models.stepLoss'), values: losses, colour: '--line' },
      { label: t('models.smoothLoss'), values: smoothed, colour: '--accent' },
    ],
    [losses, smoothed, t],
  );
  if (losses.length === 0) return null;
  return (
    <figure className="stack">
      <figcaption className="small muted">{t('models.lossCurve')}</figcaption>
      <TimeChart
        label={t('models.lossCurveLabel', {
          steps: String(losses.length),
          first: figure(smoothed[0]),
          last: figure(smoothed.at(-1)),
        })}
        at={at}
        series={series}
        isTime={false}
        atLabel={t('models.step')}
        height={220}
      />
    </figure>
  );
}
