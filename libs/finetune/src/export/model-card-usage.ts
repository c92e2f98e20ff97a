import type { Manifest } from '@attune/artifact';
import { configuredTasks } from '../config/tasks';
import type { CardRun } from './model-card';

/** How to load what a model directory holds, in this project, in Python and in ONNX Runtime. `DIR` stands for the directory. */
export function loadingInstructions(
  manifest: Omit<Manifest, 'files' | 'schemaVersion'>,
  paths: readonly string[],
  run?: Pick<CardRun, 'config' | 'baseModel'>,
): string {
  const has = (path: string): boolean => paths.includes(path);
  const pair = run !== undefined && run.config.data.pair !== undefined && configuredTasks(run.config).length > 0;
  const parts = ['## How to load it'];
  const { entityMarkers } = manifest.normalization;
  if (entityMarkers !== 'none') parts.push(marking());
  if (manifest.onnx.fp32 !== undefined) parts.push(attune(manifest, pair));
  parts.push(...inPython(manifest, has, pair));
  const adapter = ['adapter/adapter_model.safetensors', 'adapter_model.safetensors'].find(has);
  if (adapter !== undefined) parts.push(peft(manifest, adapter, run?.baseModel));
  if (has('adapter/adapter.safetensors')) parts.push(bottleneck(run?.baseModel));
  if (manifest.onnx.fp32 !== undefined) parts.push(onnxRuntime(manifest));
  return parts.join('\n\n');
}

/** How Python loads encoder and head together, which depends on what the head reads. */
function inPython(manifest: Omit<Manifest, 'files' | 'schemaVersion'>, has: (path: string) => boolean, pair: boolean): string[] {
  const [first] = manifest.tasks;
  if (has('modules.json')) return [sentenceTransformers(manifest, pair)];
  if (manifest.tasks.some(({ pooling }) => pooling === 'cloze')) return [cloze()];
  if (manifest.tasks.length === 0 || !has('config.json') || !has('model.safetensors')) return [];
  return [first.pooling === 'pair' ? secondText(manifest, pair) : transformers(manifest, pair)];
}

function cloze(): string {
  return 'The encoder alone loads in Python `transformers` as an `AutoModel`; the layers of the gap and its sentences lie in `heads/`. The ONNX files take plain texts.';
}

function attune({ tasks, embedding }: Omit<Manifest, 'files' | 'schemaVersion'>, pair: boolean): string {
  const verbs = [...(tasks.length > 0 ? ['predict'] : []), ...(embedding === undefined ? [] : ['embed'])];
  const commands = verbs.map((verb) => `npx attune ${verb} --model DIR --text "…"`);
  const method = tasks.length > 1 ? 'predictAll' : 'predict';
  const call = tasks.length > 0 ? `await predictor.${method}([{ text: '…'${pair ? ", pair: '…'" : ''} }])` : "await predictor.embed(['…'])";
  return [
    'From the command line and in TypeScript:',
    fence('sh', commands),
    fence('ts', [
      "import { Predictor } from '@attune/inference';",
      '',
      "const predictor = await Predictor.open('DIR', { precision: 'int8' });",
      `const answers = ${call};`,
    ]),
  ].join('\n\n');
}

/** What a tokeniser is given in Python: one text, or two, the first of them marked where it has to be. */
function tokenized({ entityMarkers }: Manifest['normalization'], pair: boolean): string {
  if (!pair) return '"…"';
  return entityMarkers === 'none' ? '"…", "…"' : 'mark("…", "…"), "…"';
}

function transformers({ maxLength, tasks, normalization }: Omit<Manifest, 'files' | 'schemaVersion'>, pair: boolean): string {
  return [
    tasks.length > 1
      ? `In Python \`transformers\`, the head of \`${tasks[0].name}\`; the weights of each head lie in \`heads/\`:`
      : 'In Python `transformers`:',
    fence('python', [
      'from transformers import AutoModelForSequenceClassification, AutoTokenizer',
      '',
      'tokenizer = AutoTokenizer.from_pretrained("DIR")',
      'model = AutoModelForSequenceClassification.from_pretrained("DIR").eval()',
      `inputs = tokenizer(${tokenized(normalization, pair)}, truncation=True, max_length=${maxLength}, return_tensors="pt")`,
      'logits = model(**inputs).logits',
    ]),
  ].join('\n\n');
}

/** A head that reads the second text of a pair, which no class of `transformers` holds as a whole. */
function secondText({ maxLength, tasks, normalization }: Omit<Manifest, 'files' | 'schemaVersion'>, pair: boolean): string {
  const file = tasks.length > 1 ? tasks[0].name : 'head';
  return [
    `In Python \`transformers\`, ${tasks.length > 1 ? `the head of \`${tasks[0].name}\`` : 'the encoder and the head'}, which reads the states of the second text:`,
    fence('python', [
      'import torch',
      'from safetensors.torch import load_file',
      'from transformers import AutoModel, AutoTokenizer',
      '',
      'tokenizer = AutoTokenizer.from_pretrained("DIR")',
      'encoder = AutoModel.from_pretrained("DIR").eval()',
      `head = load_file("DIR/heads/${file}.safetensors")`,
      `inputs = tokenizer(${tokenized(normalization, pair)}, truncation=True, max_length=${maxLength}, return_tensors="pt")`,
      'states = encoder(**inputs).last_hidden_state',
      'text = inputs["attention_mask"]',
      'second = text * inputs["token_type_ids"]',
      'read = torch.where(second.any(1, keepdim=True), second, text)[..., None]',
      'logits = (states * read).sum(1) / read.sum(1) @ head["output.weight"].T + head["output.bias"]',
    ]),
  ].join('\n\n');
}

/** `markEntity` of the artifact library in Python, for cleaned texts. */
function marking(): string {
  return [
    'The text of a pair is marked where it names the second text, as in `Ardmore beat @ Kilbride @` about `Kilbride`. The command line and `Predictor` do so by themselves; elsewhere do it before the tokeniser:',
    fence('python', [
      'import re',
      '',
      '# A letter or digit of a script with spaces between words.',
      String.raw`LETTER = r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"`,
      '',
      'def mark(text, entity):',
      '    entity = entity.strip()',
      String.raw`    before = f"(?<!{LETTER})" if re.match(LETTER, entity) else ""`,
      String.raw`    after = f"(?!{LETTER})" if re.search(f"{LETTER}$", entity) else ""`,
      '    for flags in (0, re.IGNORECASE):',
      '        mention = re.compile(before + re.escape(entity) + after, flags)',
      '        marked, found = mention.subn(lambda match: f"@ {match[0]} @", text)',
      '        if found:',
      '            return marked',
      '    return text',
    ]),
  ].join('\n\n');
}

function sentenceTransformers({ tasks }: Omit<Manifest, 'files' | 'schemaVersion'>, pair: boolean): string {
  const what = tasks.length > 0 ? 'logits' : 'embeddings';
  const note = pair && tasks.length > 0 ? '\n\n`encode` takes single texts; give pairs to the ONNX files.' : '';
  return (
    [
      'In Python `sentence-transformers`:',
      fence('python', ['from sentence_transformers import SentenceTransformer', '', `${what} = SentenceTransformer("DIR").encode(["…"])`]),
    ].join('\n\n') + note
  );
}

/** What stands before the code that puts an adapter of a tuner on the pretrained encoder. */
const ADAPTERS: Record<string, string> = {
  lora: 'The low-rank adapter alone',
  dora: 'The low-rank adapter with its magnitudes alone',
  ia3: 'The learned factors alone',
  'prompt-tuning': 'The soft prompt',
};

function peft({ tasks, tuner, encoder }: Omit<Manifest, 'files' | 'schemaVersion'>, adapter: string, baseModel = 'BASE'): string {
  const folder = adapter.includes('/') ? 'DIR/adapter' : 'DIR';
  const labels = tasks[0]?.labels.length ?? 0;
  const bareEncoder = tasks[0]?.pooling !== 'pooler';
  const base = bareEncoder
    ? `base = AutoModel.from_pretrained("${baseModel}")`
    : `base = AutoModelForSequenceClassification.from_pretrained("${baseModel}", num_labels=${labels})`;
  return [
    `${ADAPTERS[tuner?.name ?? 'lora'] ?? 'The adapter'}, in Python \`peft\`, on the pretrained encoder:`,
    fence('python', [
      'from peft import PeftModel',
      `from transformers import ${bareEncoder ? 'AutoModel' : 'AutoModelForSequenceClassification'}`,
      '',
      base,
      // GPT-2 as published names no padding, by which its head finds the last token.
      ...(encoder.family === 'gpt2' && !bareEncoder ? [`base.config.pad_token_id = ${encoder.padTokenId}`] : []),
      `model = PeftModel.from_pretrained(base, "${folder}").eval()`,
    ]),
  ].join('\n\n');
}

function bottleneck(baseModel = 'BASE'): string {
  return [
    `The bottleneck adapters, which cannot be merged into the weights of \`${baseModel}\`, lie in \`DIR/adapter\` with the names of`,
    "AdapterHub's `adapters` library: `adapter.safetensors`, and the head in `model_head.safetensors`.",
  ].join(' ');
}

function onnxRuntime({ encoder, tasks, embedding, onnx }: Omit<Manifest, 'files' | 'schemaVersion'>): string {
  const inputs = ['input_ids', 'attention_mask', ...(encoder.tokenTypes > 1 ? ['token_type_ids'] : [])].map((name) => `\`${name}\``);
  const outputs = [
    ...tasks.map(({ output, labels }) => `\`${output}\` [batch, ${labels.length}]`),
    ...(embedding === undefined ? [] : [`\`embedding\` [batch, ${embedding.dimension}]`]),
  ];
  const files = [onnx.fp32, onnx.int8].filter((path) => path !== undefined).map((path) => `\`${path}\``);
  return [
    `In ONNX Runtime and transformers.js: ${files.join(', ')}. Inputs, int64 [batch, tokens]: ${inputs.join(', ')}. Outputs: ${outputs.join(', ')}.`,
    fence('python', [
      'import onnxruntime',
      'from transformers import AutoTokenizer',
      '',
      'inputs = AutoTokenizer.from_pretrained("DIR")(["…"], truncation=True, padding=True, return_tensors="np")',
      `session = onnxruntime.InferenceSession("DIR/${onnx.fp32}")`,
      'outputs = session.run(None, {node.name: inputs[node.name] for node in session.get_inputs()})',
    ]),
  ].join('\n\n');
}

function fence(language: string, lines: readonly string[]): string {
  return ['```' + language, ...lines, '```'].join('\n');
}
