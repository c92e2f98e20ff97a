import { extname, join, resolve } from 'node:path';
import type { DataReport, Example, HeadConfig, SourceRow } from '@attune/finetune';
import { OutputFile, writeOutputFile } from './rows/output-file';
import { rowWriter, type RowWriter } from './rows/row-writer';

/** What `attune prepare` is asked to do. */
export interface PrepareOptions {
  data: string;
  text: string;
  pair?: string;
  label: string;
  task: string;
  validationShare: number;
  testShare: number;
  group?: string;
  time?: string;
  seed: number;
  /** Folder of the files. */
  out: string;
}

/** What `attune prepare` wrote. */
export interface PreparedData {
  report: DataReport;
  files: { file: string; rows: number }[];
}

type SplitName = 'train' | 'validation' | 'test';

/** Rows written at once. */
const BLOCK_ROWS = 512;

/**
 * Checks a file of labelled rows and writes its rows, all columns as they stand, to one file a split, with the report
 * and a head.yaml that names them. Exact duplicates are left out.
 *
 * @throws AttuneError for rows that training would refuse, too
 */
export async function prepareData(options: PrepareOptions, signal: AbortSignal): Promise<PreparedData> {
  const finetune = await import('@attune/finetune');
  const config = await configOf(options);
  const task = finetune.taskTypeOf(config.task);
  if (task === 'matching') {
    const { AttuneError } = await import('@attune/artifact');
    throw new AttuneError('wrong-use', 'attune prepare is for labelled rows; pairs need none of it.', {
      remedy: 'attune train --task matching reads, checks and splits them.',
    });
  }
  const dataset = await finetune.loadDataset(config, { signal, nearDuplicates: false });
  const random = new finetune.Random(config.seed).fork('test');
  const split =
    options.testShare > 0
      ? finetune.splitExamples(dataset.train, { strategy: config.data.split, task, share: shareOfTheRest(options), random })
      : { train: dataset.train, validation: [] };
  const splitOf = new Map<number, SplitName>();
  assign(splitOf, split.train, 'train');
  assign(splitOf, split.validation, 'test');
  assign(splitOf, dataset.validation, 'validation');
  const extension = extensionOf(options.data);
  const names: SplitName[] = split.validation.length > 0 ? ['train', 'validation', 'test'] : ['train', 'validation'];
  const { files, rows } = await writeSplits(options, names, extension, splitOf, signal);
  const ready: HeadConfig = { ...config, data: { ...config.data, ...Object.fromEntries(files.map(({ name, file }) => [name, file])) } };
  await writeOutputFile(join(options.out, 'head.yaml'), (file) => file.write(finetune.writeHeadConfigExample(ready)));
  const withoutText = rows - dataset.train.length - dataset.validation.length - dataset.report.droppedDuplicates;
  const report = finetune.describeData(
    [
      { name: 'train', path: `train${extension}`, examples: split.train },
      { name: 'validation', path: `validation${extension}`, examples: dataset.validation },
      ...(split.validation.length > 0 ? [{ name: 'test' as const, path: `test${extension}`, examples: split.validation }] : []),
    ],
    {
      task,
      labels: dataset.labels,
      droppedDuplicates: dataset.report.droppedDuplicates,
      nearDuplicates: true,
      notices: withoutText > 0 ? [`${withoutText} row(s) have no text and are left out.`] : [],
    },
  );
  await writeOutputFile(join(options.out, 'report.json'), (file) => file.write(`${JSON.stringify(report, undefined, 2)}\n`));
  await writeOutputFile(join(options.out, 'report.md'), (file) => file.write(finetune.formatDataReport(report)));
  return { report, files: files.map(({ file, rows: written }) => ({ file, rows: written })) };
}

async function configOf(options: PrepareOptions): Promise<HeadConfig> {
  const { loadHeadConfig } = await import('@attune/finetune');
  const split = options.group === undefined ? (options.time === undefined ? 'stratified' : 'time') : 'grouped';
  const values: [flag: string, path: string, value: unknown][] = [
    ['--data', 'data.train', options.data],
    ['--text', 'data.text', options.text],
    ['--pair', 'data.pair', options.pair],
    ['--label', 'data.label', options.label],
    ['--task', 'task', options.task],
    ['--group', 'data.group', options.group],
    ['--time', 'data.time', options.time],
    ['--group', 'data.split', split],
    ['--validation-share', 'data.validationShare', options.validationShare],
    ['--seed', 'seed', options.seed],
  ];
  return loadHeadConfig(
    undefined,
    values.flatMap(([flag, path, value]) => (value === undefined ? [] : [{ flag, path, value }])),
  );
}

/** The test rows are taken from what validation has left. */
function shareOfTheRest({ testShare, validationShare }: PrepareOptions): number {
  return testShare / (1 - validationShare);
}

function assign(splitOf: Map<number, SplitName>, examples: readonly Example[], name: SplitName): void {
  for (const { row } of examples) splitOf.set(row, name);
}

/** Rows keep the format of their file where it can be written, plain. */
function extensionOf(path: string): string {
  const extension = extname(path.toLowerCase().replace(/\.gz$/, ''));
  return extension === '.csv' || extension === '.tsv' ? extension : '.jsonl';
}

async function writeSplits(
  options: PrepareOptions,
  names: readonly SplitName[],
  extension: string,
  splitOf: ReadonlyMap<number, SplitName>,
  signal: AbortSignal,
): Promise<{ files: { name: SplitName; file: string; rows: number }[]; rows: number }> {
  const { readRows } = await import('@attune/finetune');
  const outputs: SplitOutput[] = [];
  let rows = 0;
  try {
    for (const name of names) outputs.push(await SplitOutput.create(options.out, name, extension));
    for await (const { row, values } of readRows(resolve(options.data), undefined, { signal })) {
      rows++;
      await outputs.find(({ name }) => name === splitOf.get(row))?.add(values);
    }
    for (const output of outputs) await output.finish();
    for (const output of outputs) await output.file.commit();
  } catch (error) {
    for (const output of outputs) await output.file.discard();
    throw error;
  }
  return { files: outputs.map((output) => ({ name: output.name, file: `${output.name}${extension}`, rows: output.rows })), rows };
}

/** The file of one split, written in blocks of rows. */
class SplitOutput {
  rows = 0;
  private pending: SourceRow['values'][] = [];
  private readonly writer: RowWriter;

  private constructor(
    readonly name: SplitName,
    readonly file: OutputFile,
  ) {
    this.writer = rowWriter(file);
  }

  static async create(folder: string, name: SplitName, extension: string): Promise<SplitOutput> {
    return new SplitOutput(name, await OutputFile.create(join(folder, `${name}${extension}`)));
  }

  async add(values: SourceRow['values']): Promise<void> {
    this.rows++;
    this.pending.push(values);
    if (this.pending.length >= BLOCK_ROWS) await this.finish();
  }

  async finish(): Promise<void> {
    const { pending } = this;
    this.pending = [];
    if (pending.length > 0) await this.writer.write(pending);
  }
}
