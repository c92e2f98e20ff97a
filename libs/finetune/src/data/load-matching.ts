import { AttuneError } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { configuredMatching } from '../config/tasks';
import { Random } from '../random';
import { withoutExactDuplicates, type SplitExamples, type SplitName } from './duplicates';
import type { Example } from './example';
import type { LoadedExamples } from './load-examples';
import { joined, listed, loadEach, splitsOf } from './loaded-files';
import { loadPairs, pairNotices } from './load-pairs';
import { matchingPairs, type MatchingPairs } from './matching-pairs';
import { splitExamples } from './split';

/** The rows of a matching task, ready for the tokeniser, and what is to be said of them. */
export interface MatchingDataset {
  /** Name of its task; absent where it is the only one. */
  name?: string;
  pairs: MatchingPairs;
  splits: SplitExamples[];
  files: (LoadedExamples & { split: SplitName })[];
  notices: string[];
  /** Training pairs that repeat an earlier one. */
  droppedDuplicates: number;
}

/**
 * Reads, cleans and splits the pairs of a configuration's matching task. Pairs of one answer, or of one group, stay on one side of a
 * split: validation tells how well answers are found that training did not see.
 *
 * @returns undefined where the configuration has no such task
 * @throws AttuneError as `loadPairs` and `splitExamples` do
 */
export async function loadMatching(config: HeadConfig, signal?: AbortSignal): Promise<MatchingDataset | undefined> {
  const task = configuredMatching(config);
  if (task === undefined) return undefined;
  const { name, data } = task;
  const { train: path, text, pair, group } = data;
  if (path === undefined) {
    throw new AttuneError('wrong-use', 'There are no training pairs.', { remedy: 'Name the file with --data or data.train in head.yaml.' });
  }
  const columns = { text, pair, ...(group !== undefined && { group }) };
  const options = { normalization: config.normalization, signal };
  const loaded = await loadEach({ ...data, train: path }, (file) => loadPairs(file, columns, options));
  const { examples, path: source } = joined(loaded.train);
  const usable = config.data.dropDuplicates ? withoutExactDuplicates(examples) : examples;
  const { validation: given } = loaded;
  const sides = given ? { train: usable, validation: given.examples } : splitByAnswer(usable, config, source);
  const pairs = matchingPairs({ ...sides, test: loaded.test?.examples });
  const splits = splitsOf(loaded, sides);
  const files = listed(loaded);
  return {
    ...(name !== undefined && { name }),
    pairs,
    splits,
    files,
    notices: [...files.flatMap(pairNotices), countsOf(name, pairs, splits)],
    droppedDuplicates: examples.length - usable.length,
  };
}

function countsOf(name: string | undefined, { candidates }: MatchingPairs, splits: readonly SplitExamples[]): string {
  const counts = splits.map((split) => `${split.examples.length} pairs in ${split.name}`).join(', ');
  return `${name === undefined ? 'Matching' : `Task ${name}`}: ${counts}; ${candidates.length} texts to be found.`;
}

function splitByAnswer(examples: Example[], { seed, data }: HeadConfig, path: string): { train: Example[]; validation: Example[] } {
  const grouped = examples.map((example): Example => ({ ...example, group: example.group ?? example.pair }));
  const random = new Random(seed).fork('pairs');
  const split = splitExamples(grouped, { strategy: 'grouped', task: 'classification', share: data.validationShare, random, path });
  const own = new Map(grouped.map((example, place) => [example, examples[place]]));
  const restore = (side: Example[]): Example[] => side.flatMap((example) => own.get(example) ?? []);
  return { train: restore(split.train), validation: restore(split.validation) };
}
