import { AttuneError } from '@attune/artifact';
import { SeasonalCounts } from './seasonal-counts/seasonal-counts';
import type { DetectorOptions, SurgeDetector } from './surge-detector';
import { WindowedGaussian } from './windowed-gaussian/windowed-gaussian';

const DETECTORS: Readonly<Record<string, (options: DetectorOptions) => SurgeDetector<unknown>>> = {
  'seasonal-counts': (options: DetectorOptions) => new SeasonalCounts(options),
  'windowed-gaussian': (options: DetectorOptions) => new WindowedGaussian(options),
};

/** The detector that serves unless another is asked for. */
export const DEFAULT_DETECTOR = 'seasonal-counts';

export const detectorNames: readonly string[] = Object.keys(DETECTORS);

/**
 * The detector of that name.
 *
 * @throws AttuneError `wrong-use` for a name that there is not, or a window of no length
 */
export function createDetector(name: string, options: DetectorOptions): SurgeDetector<unknown> {
  const create = Object.entries(DETECTORS).find(([known]) => known === name)?.[1];
  if (create === undefined) {
    throw new AttuneError('wrong-use', `There is no detector "${name}".`, { remedy: `Choose one of ${detectorNames.join(', ')}.` });
  }
  if (!(options.step > 0 && Number.isFinite(options.step))) {
    throw new AttuneError('wrong-use', `A window cannot be ${options.step} ms long.`, { remedy: 'Give a length above 0.' });
  }
  return create(options);
}
