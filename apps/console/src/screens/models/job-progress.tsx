import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Label, ProgressBar } from 'react-aria-components';
import { useFormat } from '../../i18n/use-format';
import { shareDone } from './share-done';
import { useWording } from './use-wording';
import type { TrainingJob } from './types';

/** How far a training is, as it tells. */
export function JobProgress({ job: { progress } }: { readonly job: TrainingJob }): ReactNode {
  const { t } = useTranslation();
  const { number, percent } = useFormat();
  const { phase, figure, duration } = useWording();
  const share = shareDone(progress);
  const { epoch, epochs, step, steps, loss, examplesPerSecond, secondsLeft } = progress ?? {};
  return (
    <div className="stack">
      <ProgressBar
        className="progress"
        value={(share ?? 0) * 100}
        isIndeterminate={share === undefined}
        {...(share === undefined ? {} : { valueLabel: percent(share) })}
      >
        <Label>{phase(progress?.phase ?? 'starting')}</Label>
        <span className="number">{share === undefined ? '' : percent(share)}</span>
        <svg className="progress-track" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden>
          <rect className="bar-rest" width="100" height="8" />
          <rect className="bar-share" width={(share ?? 0) * 100} height="8" />
        </svg>
      </ProgressBar>
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
