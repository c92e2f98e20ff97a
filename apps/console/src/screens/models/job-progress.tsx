import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProgressLine } from '../../components/progress-line';
import { useFormat } from '../../i18n/use-format';
import { shareDone } from './share-done';
import { useWording } from './use-wording';
import type { TrainingJob } from './types';

/** How far a training is, as it tells. */
export function JobProgress({ job: { progress } }: { readonly job: TrainingJob }): ReactNode {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { phase, figure, duration } = useWording();
  const share = shareDone(progress);
  const { epoch, epochs, step, steps, loss, examplesPerSecond, secondsLeft } = progress ?? {};
  return (
    <div className="stack">
      <ProgressLine label={phase(progress?.phase ?? 'starting')} share={share} />
      <dl className="figure-cards">
        {epoch !== undefined && epochs !== undefined && (
          <Tell name={t('models.epoch')}>{t('models.epochOf', { epoch: number(epoch, 2), epochs: number(epochs, 2) })}</Tell>
        )}
        {step !== undefined && steps !== undefined && (
          <Tell name={t('models.step')}>{t('models.epochOf', { epoch: number(step), epochs: number(steps) })}</Tell>
        )}
        {loss !== undefined && <Tell name={t('models.loss')}>{figure(loss)}</Tell>}
        {examplesPerSecond !== undefined && (
          <Tell name={t('models.speed')}>{t('models.perSecond', { rows: number(examplesPerSecond, 0) })}</Tell>
        )}
        {typeof secondsLeft === 'number' && <Tell name={t('models.timeLeft')}>{duration(secondsLeft)}</Tell>}
      </dl>
    </div>
  );
}

function Tell({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="figure-card">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
