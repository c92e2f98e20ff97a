import { AttuneError } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { configuredMatching } from '../config/tasks';
import { Random } from '../random';
import { withoutExactDuplicates, type SplitExamples, type SplitName } from './duplicates';
import type { Example } from './example';
import { joined, type LoadedExamples } from './load-examples';
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
  if (data.train === undefined) {
    throw new AttuneError('wrong-use', 'There are no training pairs.', { remedy: 'Name the file with --data or data.train in head.yaml.' });
  }
  const load = (path: string): Promise<LoadedExamples> => loadPairs(path, columnsOf(data), { normalization: config.normalization, signal });
  const sources: LoadedExamples[] = [];
  for (const path of [data.train].flat()) sources.push(await load(path));
  const source = joined(sources);
  const given = data.validation === undefined ? undefined : await load(data.validation);
  const test = data.test === undefined ? undefined : await load(data.test);

  const usable = config.data.dropDuplicates ? withoutExactDuplicates(source.examples) : source.examples;
  const { train, validation } = given ? { train: usable, validation: given.examples } : splitByAnswer(usable, config, source.path);
  const splits: SplitExamples[] = [
    { name: 'train', path: source.path, examples: train },
    { name: 'validation', path: given?.path ?? source.path, examples: validation },
    ...(test ? [{ name: 'test' as const, path: test.path, examples: test.examples }] : []),
  ];
  const pairs = matchingPairs({ train, validation, ...(test && { test: test.examples }) });
  const files = [
    ...sources.map((file) => ({ split: 'train' as const, ...file })),
    ...(given ? [{ split: 'validation' as const, ...given }] : []),
    ...(test ? [{ split: 'test' as const, ...test }] : []),
  ];
  const counts = splits.map((split) => `${split.examples.length} pairs in ${split.name}`).join(', ');
  return {
    ...(name !== undefined && { name }),
    pairs,
    splits,
    files,
    notices: [
      ...files.flatMap(pairNotices),
      `${name === undefined ? 'Matching' : `Task ${name}`}: ${counts}; ${pairs.candidates.length} texts to be found.`,
    ],
    droppedDuplicates: source.examples.length - usable.length,
  };
}

function columnsOf({ text, pair, group }: { text: string; pair: string; group?: string }): { text: string; pair: string; group?: string } {
  return { text, pair, ...(group !== undefined && { group }) };
}

function splitByAnswer(examples: Example[], { seed, data }: HeadConfig, path: string): { train: Example[]; validation: Example[] } {
  const grouped = examples.map((example): Example => ({ ...example, group: example.group ?? example.pair }));
  const random = new Random(seed).fork('pairs');
  const split = splitExamples(grouped, { strategy: 'grouped', task: 'classification', share: data.validationShare, random, path });
  const own = new Map(grouped.map((example, place) => [example, examples[place]]));
  const restore = (side: Example[]): Example[] => side.flatMap((example) => own.get(example) ?? []);
  return { train: restore(split.train), validation: restore(split.validation) };
}
