import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { normalizeText, type HeadShape } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { describedByName, describedLabels, type DescribedLabel } from '../config/prompt-config';
import { configuredTasks, type ConfiguredTask } from '../config/tasks';
import { describeData } from '../data/data-report';
import type { Example } from '../data/example';
import { checkKnownLabels, collectLabels, type ExamplesOfFile } from '../data/labels';
import { loadExamples, type LoadedExamples } from '../data/load-examples';
import { joined, listed, loadEach, splitsOf } from '../data/loaded-files';
import type { Dataset } from '../data/load-dataset';
import { usesCloze } from './cloze';
import { labelTexts, promptTemplates } from './templates';

/** The data of a zero-shot head: labels with the texts that describe them, and whatever labelled rows there are. */
export interface PromptedDataset extends Dataset {
  described: DescribedLabel[];
  /** Filled templates of each label, cleaned. */
  texts: string[][];
  /** Whether the validation examples are labelled rows; else they are the filled templates themselves. */
  hasRows: boolean;
}

/**
 * Reads what a zero-shot head is made from. Rows of `data.train` and `data.validation` are both labelled rows that calibrate it;
 * neither is needed.
 *
 * @throws AttuneError for whatever is wrong with the files, and `bad-data` for a row whose label is not described
 */
export async function loadPrompted(config: HeadConfig, task: 'zero-shot', signal?: AbortSignal): Promise<PromptedDataset> {
  const { data, normalization, prompt } = config;
  const [own] = configuredTasks(config);
  const files = await loadEach({ ...data, train: data.train ?? [] }, (path) =>
    loadExamples(
      path,
      { text: data.text, label: own.label },
      { task: own.type, labelSeparator: own.labelSeparator, normalization, signal },
    ),
  );
  const { test, validation, train } = files;
  const rows = joined([...train, ...(validation ? [validation] : [])]);
  const cloze = usesCloze(config);
  const configured = cloze ? describedLabels({ labels: prompt.verbalizer }) : describedLabels(prompt);
  const described = configured ?? collectLabels(rows, own.type, own.label).map(describedByName);
  const labels = described.map(({ label }) => label);
  for (const file of [rows, ...(test ? [test] : [])])
    checkKnownLabels(file, labels, own.type, cloze ? 'prompt.verbalizer' : 'prompt.labels');

  // Of a gap, the words that stand for the labels are texts to check an export on, where there are no rows.
  const texts = labelTexts(described, cloze ? ['{label}'] : promptTemplates(task, prompt)).map((own) =>
    own.map((text) => normalizeText(text, { ...normalization, template: undefined })),
  );
  const hasRows = rows.examples.length > 0;
  const held = hasRows ? rows.examples : exampleOfEachText(labels, texts);
  const splits = splitsOf({ train: [], ...(test && { test }) }, { train: [], validation: hasRows ? held : [] }).filter(
    ({ examples }) => examples.length > 0,
  );
  return {
    described,
    texts,
    hasRows,
    labels,
    heads: [headOf(own, labels)],
    train: [],
    validation: held,
    ...(test && { test: test.examples }),
    report: describeData(named(splits, rows), { task: 'classification', labels, droppedDuplicates: 0, nearDuplicates: false, notices: [] }),
    fingerprint: fingerprintOf(config, texts, listed(files), hasRows ? held.length : 0),
  };
}

function headOf({ type, pooling }: ConfiguredTask, labels: string[]): HeadShape {
  return { task: type, pooling, labels };
}

/** The texts that describe the labels, as rows. */
function exampleOfEachText(labels: readonly string[], texts: readonly string[][]): Example[] {
  return texts
    .flatMap((own, place) => own.map((text) => ({ text, label: labels[place] })))
    .map((example, at) => ({ ...example, row: at + 1 }));
}

function named<Split extends { name: string; path: string }>(splits: Split[], rows: ExamplesOfFile): Split[] {
  return splits.map((split) => (split.name === 'validation' ? { ...split, path: rows.path } : split));
}

function fingerprintOf(
  config: HeadConfig,
  texts: readonly string[][],
  sources: readonly (LoadedExamples & { split: 'train' | 'validation' | 'test' })[],
  validationRows: number,
): Dataset['fingerprint'] {
  const files = sources.map(({ split, path, rows, sha256 }) => ({ split, file: basename(path), rows, sha256 }));
  const decisive = {
    files: files.map(({ split, sha256 }) => ({ split, sha256 })),
    prompt: config.prompt,
    texts,
    normalization: config.normalization,
  };
  const testRows = files.filter(({ split }) => split === 'test').reduce((sum, { rows }) => sum + rows, 0);
  return { sha256: createHash('sha256').update(JSON.stringify(decisive)).digest('hex'), rows: 0, validationRows, testRows, files };
}
