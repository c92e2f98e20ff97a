import type { Manifest, ManifestTask } from '@attune/artifact';
import { configuredMatching, configuredTasks } from '../config/tasks';
import { promptCard } from './model-card-prompts';
import { rankingCard } from './model-card-ranking';
import { loadingInstructions } from './model-card-usage';
import type { TrainedEncoder } from './trained-head';

/** What a model card is made from, besides the manifest: the run, where there was one. */
export type CardRun = Pick<TrainedEncoder, 'reports' | 'unmeasured' | 'config' | 'dataFingerprint'> & {
  /** What an adapter is to be put on. */
  baseModel?: string;
};

/** A manifest as far as the card tells of it; the card itself is among the files. */
type CardManifest = Omit<Manifest, 'files' | 'schemaVersion'>;

const TASK_NAMES: Record<ManifestTask['type'], string> = {
  classification: 'single-label classification',
  'multi-label': 'multi-label classification',
  regression: 'regression',
};

/** README.md of a model directory, a model card in Hugging Face's sense: YAML front matter, then what it is, how it does, how to load it. */
export function modelCard(name: string, manifest: CardManifest, paths: readonly string[], run?: CardRun): string {
  const sections = [
    frontMatter(name, manifest, paths),
    `# ${name}`,
    summary(manifest),
    ...(run === undefined ? [] : [trainingData(run), promptCard(run.config), lineage(manifest), training(manifest, run), evaluation(run)]),
    ...(manifest.ranking === undefined ? [] : [rankingCard(manifest.ranking)]),
    ...manifest.tasks.map((task, _place, tasks) => calibration(task, tasks, run?.unmeasured)),
    verification(manifest),
    loadingInstructions(manifest, paths, run),
    `Written by ${manifest.createdBy} from the run itself; metrics.json holds the whole report and attune.json the checksum of every file.`,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function frontMatter(name: string, { tasks, encoder, embedding, onnx }: CardManifest, paths: readonly string[]): string {
  const tags = [
    encoder.family,
    ...tasks.map((task) => task.type),
    ...(embedding === undefined ? [] : ['embeddings']),
    ...(onnx.fp32 === undefined ? [] : ['onnx']),
    'attune',
  ];
  const lines = [
    '---',
    `library_name: ${libraryOf(paths)}`,
    `pipeline_tag: ${tasks.length > 0 ? 'text-classification' : 'sentence-similarity'}`,
    `base_model: ${JSON.stringify(encoder.id)}`,
    'tags:',
    ...tags.map((tag) => `  - ${tag}`),
    ...modelIndex(name, tasks, embedding),
    '---',
  ];
  return lines.join('\n');
}

function libraryOf(paths: readonly string[]): string {
  if (paths.includes('modules.json')) return 'sentence-transformers';
  // What a tuner could not merge has no checkpoint beside its adapter.
  if (paths.includes('model.safetensors')) return 'transformers';
  if (paths.includes('adapter/adapter.safetensors')) return 'adapter-transformers';
  return paths.some((path) => path === 'adapter_config.json' || path === 'adapter/adapter_config.json') ? 'peft' : 'transformers';
}

function modelIndex(name: string, tasks: readonly ManifestTask[], embedding: CardManifest['embedding']): string[] {
  const measured = tasks.length > 0 ? tasks.map((task) => task.metrics) : [embedding?.matching?.metrics ?? {}];
  const metrics = measured.flatMap((one) => Object.entries(one).filter(([metric]) => !['rows', 'candidates'].includes(metric)));
  if (metrics.length === 0) return [];
  return [
    'model-index:',
    `  - name: ${JSON.stringify(name)}`,
    '    results:',
    '      - task:',
    `          type: ${tasks.length > 0 ? 'text-classification' : 'sentence-similarity'}`,
    '        dataset:',
    '          type: own',
    `          name: own ${tasks.length > 0 ? 'labelled data' : 'pairs of texts'}`,
    '        metrics:',
    ...metrics.flatMap(([metric, value]) => [`          - type: ${metric}`, `            value: ${round(value)}`]),
  ];
}

function summary({ tasks, encoder, embedding, maxLength, normalization }: CardManifest): string {
  const heads = tasks.map(
    (task) =>
      `A ${TASK_NAMES[task.type]} head${tasks.length > 1 ? `, \`${task.name}\`,` : ''} on the encoder \`${encoder.id}\` (${encoder.family}, ${encoder.hiddenSize} wide), reading ${POOLINGS[task.pooling]}.`,
  );
  const embeds = embedding === undefined ? [] : [embeddingSummary(embedding, encoder.id, tasks.length > 0)];
  const labels = tasks
    .filter((task) => task.type !== 'regression')
    .map((task) => `Labels${tasks.length > 1 ? ` of \`${task.name}\`` : ''}: ${task.labels.map((label) => `\`${label}\``).join(', ')}.`);
  const { entityMarkers, ...cleaned } = normalization;
  const cleaning = Object.entries(cleaned).map(([key, value]) => `${key}: ${value}`);
  return [
    ...heads,
    ...embeds,
    ...labels,
    `Texts are cut at ${maxLength} tokens. Before that they are cleaned (${cleaning.join(', ')}); other programs have to do the same to get the same answers.${entityMarkers === 'none' ? '' : ' Where a text names the second text of its pair, it is marked (see below).'}`,
  ].join('\n\n');
}

const POOLINGS: Record<ManifestTask['pooling'], string> = {
  pooler: "the first token's state through the family's own pooling layer",
  cls: "the first token's state",
  mean: 'the mean of the token states',
  pair: 'the mean of the token states of the second text of a pair, or of a text alone',
  embedding: 'the normalised mean of the token states',
  cloze: 'the state of a gap in sentences around the text, which the ONNX files add by themselves',
};

function embeddingSummary({ dimension, matching }: NonNullable<CardManifest['embedding']>, encoder: string, besideHead: boolean): string {
  const what = `sentence embeddings of ${dimension} numbers: the normalised mean of the token states of`;
  const matched = matching === undefined ? '' : ' They were trained so that a query is near to the text that answers it, by cosine.';
  const given = besideHead || matching !== undefined ? 'the fine-tuned encoder' : '';
  if (besideHead) return `Its ONNX files also give ${what} ${given}.${matched}`;
  return `It gives ${what} ${given === '' ? `\`${encoder}\`` : `${given} \`${encoder}\``}.${matched}`;
}

function trainingData({ dataFingerprint, config }: CardRun): string {
  if (dataFingerprint.rows === 0) return '';
  const { text, pair } = config.data;
  const tasks = configuredTasks(config);
  const matching = configuredMatching(config);
  const pairs =
    matching === undefined
      ? ''
      : `Pairs to match${matching.name === undefined ? '' : ` (\`${matching.name}\`)`}: query \`${matching.data.text}\`, answer \`${matching.data.pair}\`.`;
  if (tasks.length === 0) return `## Training data\n\n${dataFingerprint.rows} pairs, SHA-256 \`${dataFingerprint.sha256}\`. ${pairs}`;
  const labels = tasks.map(({ name, label }) => `label${name === undefined ? '' : ` of ${name}`} \`${label}\``);
  const columns = [`text \`${text}\``, ...(pair === undefined ? [] : [`second text \`${pair}\``]), ...labels].join(', ');
  const single = tasks.filter(({ ignoresPair }) => ignoresPair).map(({ name }) => name);
  const forms =
    single.length === 0
      ? ''
      : ` What \`${single.join('`, `')}\` says is about the text alone and ignores the second one: it was trained on each text with and without it.`;
  const masked = tasks.length > 1 ? ' A row without a label for a task taught that task nothing.' : '';
  return `## Training data\n\n${dataFingerprint.rows} rows (columns: ${columns}), SHA-256 \`${dataFingerprint.sha256}\`.${masked}${forms}${pairs && ` ${pairs}`}`;
}

function lineage({ lineage: models = [] }: CardManifest): string {
  if (models.length === 0) return '';
  const listed = models.map(({ model, manifest, trainingData: data }) => {
    return `- \`${model}\`${data === undefined ? '' : `, trained on ${data.rows} rows`}; SHA-256 of its attune.json \`${manifest}\``;
  });
  return `Training went on from an earlier model, the latest first:\n\n${listed.join('\n')}`;
}

function training({ tuner }: CardManifest, { config }: CardRun): string {
  if (tuner === undefined) return '';
  const { optimizer, training: course, seed } = config;
  const rows: [string, string | number | undefined][] = [
    ['tuner', tuner.name],
    ['epochs at most', course.epochs],
    ['rows a step', course.batchSize * course.accumulate],
    ['optimiser', optimizer.name],
    ['learning rate', optimizer.learningRate],
    ['schedule', `${optimizer.schedule}, warm-up ${optimizer.warmup}`],
    ['seed', seed],
  ];
  return `## Training\n\n${table(
    ['setting', 'value'],
    rows.filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]),
  )}`;
}

function evaluation({ reports, unmeasured }: CardRun): string {
  if (unmeasured) return ['## Evaluation', ...unlabelledEvaluation(reports)].join('\n\n');
  const names = Object.keys(reports.validation.tasks ?? {});
  if (names.length === 0) return ['## Evaluation', ...figuresOf(reports)].join('\n\n');
  const tasks = names.map((name) => {
    const validation = reports.validation.tasks?.[name] ?? reports.validation;
    const test = reports.test?.tasks?.[name];
    return [`### ${name}`, ...figuresOf({ validation, ...(test && { test }) })].join('\n\n');
  });
  return ['## Evaluation', ...tasks].join('\n\n');
}

/** Of a head that was made without labelled rows. */
function unlabelledEvaluation({ test }: CardRun['reports']): string[] {
  const note = 'There were no labelled rows to validate on.';
  return test === undefined ? [`${note} Measure it with \`attune evaluate\` as soon as there are some.`] : [note, ...figuresOf({ test })];
}

function figuresOf(reports: Partial<CardRun['reports']>): string[] {
  const columns = (['validation', 'test'] as const).flatMap((name) => {
    const report = reports[name];
    return report === undefined ? [] : [[name, report] as const];
  });
  const measures = [
    'rows',
    'accuracy',
    'microF1',
    'macroF1',
    'weightedF1',
    'inScopeAccuracy',
    'outOfScopeRecall',
    'outOfScopePrecision',
    'rocAuc',
    'prAuc',
    'spearman',
    'pearson',
    'mse',
    'mae',
    'candidates',
    'precisionAt1',
    'recallAt5',
    'recallAt10',
    'mrr',
    'ndcgAt5',
    'ndcgAt10',
    'loss',
  ] as const;
  const rows = measures
    .filter((measure) => columns.some(([, report]) => report[measure] !== undefined))
    .map((measure) => [measure, ...columns.map(([, report]) => show(report[measure]))]);
  const perClass = (reports.test ?? reports.validation)?.perClass ?? [];
  const classes = perClass.map(({ label, precision, recall, f1, support }) => [
    label,
    show(precision),
    show(recall),
    show(f1),
    String(support),
  ]);
  const parts = [table(['measure', ...columns.map(([name]) => name)], rows)];
  if (classes.length > 0)
    parts.push(
      `Per label, on ${reports.test === undefined ? 'validation' : 'test'} rows:`,
      table(['label', 'precision', 'recall', 'F1', 'rows'], classes),
    );
  return parts;
}

function calibration(task: ManifestTask, tasks: readonly ManifestTask[], unmeasured = false): string {
  if (task.type === 'regression') return '';
  const thresholds = Object.entries(task.thresholds ?? {}).map(([label, threshold]) => [label, show(threshold)]);
  return [
    `## Calibration${tasks.length > 1 ? ` of ${task.name}` : ''}`,
    `Logits are divided by the temperature ${show(task.calibration.temperature)}, ${unmeasured ? 'which no labelled rows have calibrated yet' : 'fitted on validation rows (Guo et al. 2017)'}, before ${task.type === 'classification' ? 'softmax' : 'the sigmoid'}. ` +
      'Python `transformers` and other programs do not do that by themselves; the label is the same, the probability is not.',
    ...(thresholds.length > 0 ? [table(['label', 'given from probability'], thresholds)] : []),
    ...(task.outOfScope === undefined ? [] : [outOfScope(task.outOfScope)]),
  ].join('\n\n');
}

function outOfScope({ label, score, threshold }: NonNullable<ManifestTask['outOfScope']>): string {
  const scores = {
    probability: 'the calibrated probability of the likeliest other label (Hendrycks and Gimpel 2017)',
    energy: 'the log of the sum of the exponentials of the other logits (Liu et al. 2020)',
    logit: 'the largest of the other logits (Hendrycks et al. 2022)',
  };
  return `A text is also \`${label}\` where ${scores[score]} is below ${show(threshold)}, which was chosen on validation rows.`;
}

function verification({ verification: checked }: CardManifest): string {
  if (checked === undefined) return '';
  const { rows, ...files } = checked;
  const lines = Object.entries(files).flatMap(([name, agreement]) => {
    if (typeof agreement !== 'object' || agreement === null) return [];
    return [
      `- ${name}: ${Object.entries(agreement)
        .filter(([key]) => key !== 'rows')
        .map(([key, value]) => `${key} ${typeof value === 'number' ? show(value) : JSON.stringify(value)}`)
        .join(', ')}`,
    ];
  });
  return `## Check of the ONNX files\n\nLoaded back and compared on ${rows} rows, float32 with the trained model and int8 with float32:\n\n${lines.join('\n')}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}

function show(value: number | undefined): string {
  if (value === undefined) return '';
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
