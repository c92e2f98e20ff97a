import type { HeadConfig } from '../config/head-config';

/**
 * Factor of the peak learning rate at a step: a linear rise over the warm-up, then constant, linear to 0, or half a
 * cosine to 0. As in transformers, whose schedulers these are, the first step with warm-up has rate 0 and the last is just above 0.
 *
 * @param step counted from 0
 * @param holdFrom step from which the factor stays what it is then, as an equal average of the weights wants it
 */
export function scheduleFactor(
  config: Pick<HeadConfig['optimizer'], 'schedule' | 'warmup'>,
  step: number,
  totalSteps: number,
  holdFrom = Infinity,
): number {
  if (step > holdFrom) return scheduleFactor(config, holdFrom, totalSteps);
  const warmupSteps = Math.ceil(config.warmup * totalSteps);
  if (step < warmupSteps) return step / warmupSteps;
  if (config.schedule === 'constant') return 1;
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return config.schedule === 'linear' ? Math.max(0, 1 - progress) : 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
}
