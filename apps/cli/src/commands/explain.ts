import type { ManifestTask } from '@attune/artifact';
import type { Predictor } from '@attune/inference';
import { Option, type Command } from 'commander';
import { deletionCurves, type DeletionCase, type DeletionCurve } from '../explain/faithfulness';
import { nearestExamples, type NearExample } from '../explain/nearest-examples';
import { explainByOcclusion, scoreOf, type ExplainedWord } from '../explain/occlusion';
import { withInterrupt } from '../interrupt';
import { trainedColumns } from '../model-columns';
import { wholeNumberOption } from '../option-values';
import { Progress } from '../progress';
import { renderTable } from '../report-tables';
import { readTextRows } from '../rows/text-rows';
import { formatScore, messageColours, printJson, printResult, resultColours } from '../terminal';

const METHODS = ['integrated-gradients', 'occlusion'] as const;

interface ExplainOptions {
  model: string;
  text?: string;
  pair?: string;
  task?: string;
  label?: string;
  method: (typeof METHODS)[number];
  examples?: string;
  nearest: number;
  data?: string;
  textColumn?: string;
  pairColumn?: string;
  rows: number;
  precision: 'fp32' | 'int8';
  json?: boolean;
}

/** Adds `attune explain`. */
export function registerExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('say which words make a head give a label, and how far such explanations can be trusted')
    .requiredOption('--model <folder>', 'head that attune train wrote')
    .addOption(new Option('--text <text>', 'text whose label is explained').conflicts('data'))
    .option('--pair <text>', 'second text of a pair, with --text')
    .option('--task <name>', 'task of a head with several; default the first')
    .option('--label <label>', 'explain this label; default the likeliest')
    .addOption(new Option('--method <name>', 'how words are weighed').choices(METHODS).default('integrated-gradients'))
    .option('--examples <file>', 'rows of which those nearest to the text are shown: the training rows, for instance')
    .addOption(new Option('--nearest <n>', 'how many of them').argParser(wholeNumberOption(1, 100)).default(5))
    .option('--data <file>', 'rows over which the explanations of both methods are tested, by taking words out')
    .option('--text-column <column>', 'column of the text, with --data; default the one the head was trained on')
    .option('--pair-column <column>', 'column of the second text')
    .addOption(new Option('--rows <n>', 'rows of --data that are tested').argParser(wholeNumberOption(1, 100_000)).default(100))
    .addOption(new Option('--precision <name>', 'which of the two ONNX files').choices(['fp32', 'int8']).default('fp32'))
    .option('--json', 'print one line of JSON to stdout')
    .action((options: ExplainOptions) => explain(command, options));
}

async function explain(command: Command, options: ExplainOptions): Promise<void> {
  const { text, data, model, precision } = options;
  if (text === undefined && data === undefined) command.error('one of --text and --data is needed.');
  if (text?.trim() === '') command.error('--text is empty.');
  const { Predictor: Opener } = await import('@attune/inference');
  const predictor = await Opener.open(model, { precision });
  try {
    const task = await taskOf(predictor, options.task);
    if (text !== undefined) await explainText(predictor, task, { ...options, text });
    else if (data !== undefined) await testExplanations(predictor, task, { ...options, data });
  } finally {
    await predictor.close();
  }
}

async function taskOf({ tasks, directory }: Predictor, name: string | undefined): Promise<ManifestTask> {
  const task = name === undefined ? tasks.at(0) : tasks.find((one) => one.name === name);
  if (task !== undefined) return task;
  const { AttuneError } = await import('@attune/artifact');
  throw new AttuneError('wrong-use', `${directory} has no ${name === undefined ? 'task' : `task "${name}"`} to explain.`, {
    ...(tasks.length > 0 && { remedy: `It has ${tasks.map((one) => one.name).join(', ')}.` }),
  });
}

interface Explanation {
  task: string;
  label: string;
  score: number;
  method: string;
  words: ExplainedWord[];
  /** Integrated gradients: what belongs to no word, and how complete the sum is. */
  others?: number;
  output?: number;
  reference?: number;
  incompleteness?: number;
  steps?: number;
  examples?: NearExample[];
}

async function explainText(predictor: Predictor, task: ManifestTask, options: ExplainOptions & { text: string }): Promise<void> {
  const { text, pair, method, examples: file } = options;
  const explanation = method === 'occlusion' ? await byOcclusion(predictor, task, options) : await byGradients(predictor, task, options);
  if (file !== undefined) {
    const columns = await trainedColumns(options.model);
    const progress = new Progress();
    explanation.examples = await withInterrupt(
      () => progress.line('Stopping.'),
      (signal) => nearestExamples(predictor, { text, pair }, { file, columns, most: options.nearest, signal }),
    );
  }
  if (options.json === true) printJson(explanation);
  else printResult(renderExplanation(explanation));
}

async function byOcclusion(predictor: Predictor, task: ManifestTask, options: ExplainOptions & { text: string }): Promise<Explanation> {
  const { text, pair } = options;
  const { label, score } = await labelOf(predictor, task, { text, pair }, options.label);
  return { task: task.name, label, score, method: 'occlusion', words: await explainByOcclusion(predictor, { text, pair }, task, label) };
}

async function byGradients(predictor: Predictor, task: ManifestTask, options: ExplainOptions & { text: string }): Promise<Explanation> {
  const { text, pair } = options;
  const { label, score } = await labelOf(predictor, task, { text, pair }, options.label);
  const { TextExplainer } = await import('@attune/finetune');
  const explainer = await TextExplainer.load(options.model);
  try {
    const { text: _read, ...explained } = explainer.explain({ text, pair, task: task.name, label });
    return { ...explained, score, method: 'integrated-gradients' };
  } finally {
    explainer.close();
  }
}

/** The label that is explained, and its probability; of a regression the number. */
async function labelOf(
  predictor: Predictor,
  task: ManifestTask,
  { text, pair }: { text: string; pair?: string | undefined },
  asked: string | undefined,
): Promise<{ label: string; score: number }> {
  const [prediction] = await predictor.predict([{ text, ...(pair !== undefined && { pair }) }], task.name);
  const likeliest = Object.entries(prediction.probabilities)
    .sort(([, one], [, other]) => other - one)
    .at(0)?.[0];
  const label = asked ?? likeliest ?? task.labels[0];
  if (!task.labels.includes(label)) {
    const { AttuneError } = await import('@attune/artifact');
    throw new AttuneError('wrong-use', `The head has no label "${label}".`, { remedy: `It has ${task.labels.slice(0, 20).join(', ')}.` });
  }
  return { label, score: scoreOf(prediction, label) };
}

/** The text's words with a bar each, from those that speak for the label to those that speak against it. */
function renderExplanation({ task, label, score, method, words, others, incompleteness, examples }: Explanation): string {
  const colours = resultColours();
  const largest = Math.max(...words.map(({ attribution }) => Math.abs(attribution)), 1e-9);
  const rows = [...words]
    .sort((one, other) => other.attribution - one.attribution)
    .map(({ text, attribution }) => {
      const bar = '█'.repeat(Math.round((20 * Math.abs(attribution)) / largest));
      return [text, attribution.toFixed(4), attribution >= 0 ? colours.green(bar) : colours.red(bar)];
    });
  const unit = method === 'occlusion' ? 'probability lost without the word' : 'part of the logit';
  const sum =
    incompleteness === undefined
      ? []
      : [
          `Punctuation and other tokens: ${(others ?? 0).toFixed(4)}. ${(100 * incompleteness).toFixed(2)} % of the change of the logit is in none of them.`,
        ];
  const near =
    examples === undefined
      ? []
      : [
          '',
          'Nearest rows',
          renderTable(
            ['row', 'label', 'cosine', 'text'],
            examples.map((one) => [String(one.row), one.label ?? '–', formatScore(one.similarity), shortened(one.text)]),
          ),
        ];
  return [`${task}: ${colours.bold(label)} ${formatScore(score)}`, '', renderTable(['word', unit, ''], rows), ...sum, ...near].join('\n');
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

async function testExplanations(predictor: Predictor, task: ManifestTask, options: ExplainOptions & { data: string }): Promise<void> {
  const progress = new Progress();
  const curves = await withInterrupt(
    () => progress.line('Stopping.'),
    async (signal) => {
      const cases = await explainedCases(predictor, task, options, progress, signal);
      return deletionCurves(predictor, task, cases, signal);
    },
  ).finally(() => progress.stop());
  if (options.json === true) printJson({ task: task.name, faithfulness: curves });
  else printResult(renderCurves(curves));
}

/** Rows with the orders in which each way would take their words out. */
async function explainedCases(
  predictor: Predictor,
  task: ManifestTask,
  options: ExplainOptions & { data: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<DeletionCase[]> {
  const [{ Random, TextExplainer }, { normalizeText, readManifest }, columns] = await Promise.all([
    import('@attune/finetune'),
    import('@attune/artifact'),
    trainedColumns(options.model),
  ]);
  const { normalization } = await readManifest(options.model);
  const explainer = await TextExplainer.load(options.model);
  const random = new Random(42);
  const cases: DeletionCase[] = [];
  try {
    const asked = { text: options.textColumn, pair: options.pairColumn };
    for await (const row of readTextRows({ path: options.data, asked, trained: columns, signal })) {
      if (cases.length >= options.rows) break;
      const text = normalizeText(row.text, normalization);
      const { label } = await labelOf(predictor, task, { text, pair: row.pair }, options.label);
      const gradients = explainer.explain({ text, pair: row.pair, task: task.name, label }).words;
      const occlusion = await explainByOcclusion(predictor, { text, pair: row.pair }, task, label);
      const orders = {
        'integrated-gradients': descending(gradients),
        occlusion: descending(occlusion),
        random: random.shuffle([...occlusion]),
      };
      cases.push({ text, pair: row.pair, label, orders });
      progress.update({ done: cases.length, total: options.rows, detail: `${cases.length} of at most ${options.rows} rows` });
    }
  } finally {
    explainer.close();
  }
  return cases;
}

function descending(words: readonly ExplainedWord[]): ExplainedWord[] {
  return [...words].sort((one, other) => other.attribution - one.attribution);
}

function renderCurves(curves: Record<string, DeletionCurve>): string {
  const shares = [0, 2, 5, 10];
  const rows = Object.entries(curves).map(([way, { probabilities, area }]) => [
    way,
    ...shares.map((place) => formatScore(probabilities[place])),
    formatScore(area),
  ]);
  const note = messageColours().dim('The smaller the area, the sooner the label goes when the words named first are taken out.');
  return `${renderTable(['words taken out by', ...shares.map((place) => `${10 * place} %`), 'area'], rows)}\n${note}`;
}
