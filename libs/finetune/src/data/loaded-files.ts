import type { SplitExamples, SplitName } from './duplicates';
import type { Example } from './example';
import type { ExamplesOfFile } from './labels';
import type { LoadedExamples } from './load-examples';

/** Where the rows of each split lie. */
export interface SplitPaths {
  train: string | string[];
  validation?: string;
  test?: string;
}

/** The files of a data set, read. */
export interface LoadedFiles {
  train: LoadedExamples[];
  validation?: LoadedExamples;
  test?: LoadedExamples;
}

/** Reads the files of each split. */
export async function loadEach(
  { train, validation, test }: SplitPaths,
  load: (path: string, split: SplitName) => Promise<LoadedExamples>,
): Promise<LoadedFiles> {
  const loaded: LoadedFiles = { train: [] };
  for (const path of [train].flat()) loaded.train.push(await load(path, 'train'));
  if (validation !== undefined) loaded.validation = await load(validation, 'validation');
  if (test !== undefined) loaded.test = await load(test, 'test');
  return loaded;
}

/** The files with the split that each belongs to, those of training first. */
export function listed({ train, validation, test }: LoadedFiles): (LoadedExamples & { split: SplitName })[] {
  return [
    ...train.map((file) => ({ split: 'train' as const, ...file })),
    ...(validation ? [{ split: 'validation' as const, ...validation }] : []),
    ...(test ? [{ split: 'test' as const, ...test }] : []),
  ];
}

/** Several files as one, their rows counted through. */
export function joined(files: readonly LoadedExamples[]): ExamplesOfFile {
  let before = 0;
  const examples = files.flatMap((file) => {
    const offset = before;
    before += file.rows;
    return offset === 0 ? file.examples : file.examples.map((example) => ({ ...example, row: example.row + offset }));
  });
  return { path: files.map(({ path }) => path).join(' + '), examples };
}

/** The rows of each split as they are used; one that is empty is left out. */
export function splitsOf(
  { train: files, validation: given, test }: LoadedFiles,
  { train, validation }: { train: Example[]; validation: Example[] },
): SplitExamples[] {
  const { path } = joined(files);
  return [
    { name: 'train', path, examples: train },
    ...(validation.length > 0 ? [{ name: 'validation' as const, path: given?.path ?? path, examples: validation }] : []),
    ...(test ? [{ name: 'test' as const, path: test.path, examples: test.examples }] : []),
  ];
}
