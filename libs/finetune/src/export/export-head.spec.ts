import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  nearestTrainingExamples,
  readManifest,
  readTrainingExamples,
  REFERENCE_FILE,
  scoreSketchSchema,
  verifyFiles,
} from '@attune/artifact';
import { tinyTrainedHead, type TinyHeadOptions } from '../../test/tiny-trained-head';
import { loadEncoder, readSafetensors } from '../encoders';
import { readFurtherHeads } from './read-heads';
import { exportHead } from './export-head';
import { keptExamples } from './kept-examples';

const createdBy = 'attune 0.1.0';
const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'));

describe('exportHead', () => {
  let root: string;
  let out: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'attune-export-'));
    out = join(root, 'models', 'head');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it.each<TinyHeadOptions>([
    { family: 'bert', task: 'classification', pooling: 'pooler', embedding: true },
    { family: 'roberta', task: 'multi-label', pooling: 'pooler' },
    { family: 'distilbert', task: 'regression', pooling: 'pooler' },
    { family: 'bert', task: 'classification', pooling: 'mean' },
    { family: 'bert', task: 'classification', pooling: 'pair', embedding: true },
    { family: 'mpnet', task: 'classification', pooling: 'pooler', embedding: true },
    { family: 'gpt2', task: 'classification', pooling: 'pooler', adapter: true, embedding: true },
    { family: 'gpt2', task: 'regression', pooling: 'mean' },
    { family: 'roberta', task: 'classification', pooling: 'cls' },
    { family: 'distilbert', task: 'classification', pooling: 'embedding', embedding: true },
  ])('writes a model whose files agree with the trained one: %j', async (options) => {
    const { trained, heldOut } = await tinyTrainedHead(root, options);
    const report = await exportHead(trained, { out, int8: true, heldOut, createdBy });
    expect(report.fp32).toMatchObject({ rows: heldOut.examples.length, labelsChanged: 0 });
    expect(report.fp32.largestLogitDifference).toBeLessThan(1e-4);
    expect(report.int8?.rows).toBe(heldOut.examples.length);
    if (options.embedding) expect(report.fp32.smallestCosine).toBeGreaterThan(0.99999);

    const manifest = await readManifest(out);
    await verifyFiles(out, manifest);
    expect(Object.keys(report.files)).toEqual(Object.keys(manifest.files));
    expect(manifest.tasks).toMatchObject([{ type: options.task, labels: trained.head.labels, calibration: { temperature: 1.25 } }]);
    expect(manifest.embedding !== undefined).toBe(options.embedding ?? false);

    const config = json(out, 'config.json');
    const own = options.pooling === 'pooler';
    expect(config).toMatchObject({
      architectures: [expect.stringMatching(own ? /ForSequenceClassification$/ : /Model$/)],
      id2label: { 0: trained.head.labels[0] },
    });
    expect(existsSync(join(out, 'modules.json'))).toBe(!own && options.pooling !== 'pair');
    expect(existsSync(join(out, 'heads/head.safetensors'))).toBe(options.pooling === 'pair');
  });

  it('writes what the model says of held-out rows, by which later ones are judged', async () => {
    const { trained, heldOut } = await tinyTrainedHead(root, { task: 'classification', embedding: true });
    await exportHead(trained, { out, int8: true, heldOut, createdBy });
    const rows = heldOut.examples.length;
    const sketch = scoreSketchSchema.parse(json(out, REFERENCE_FILE));
    expect(sketch).toMatchObject({ rows, embedding: { rows } });
    const [{ labels, probabilities }] = Object.values(sketch.tasks);
    for (const counts of [Object.values(labels), probabilities]) expect(counts.reduce((sum, count) => sum + count, 0)).toBe(rows);
    // The mean of vectors of length 1 is shorter than they are.
    const length = Math.hypot(...(sketch.embedding?.sum ?? [])) / rows;
    expect(length).toBeGreaterThan(0);
    expect(length).toBeLessThanOrEqual(1);
    expect((await readManifest(out)).files).toHaveProperty([REFERENCE_FILE]);
  });

  it('keeps training rows where it is told to, each nearest to itself', async () => {
    const { trained, heldOut } = await tinyTrainedHead(root, { task: 'classification', embedding: true });
    const { examples: encoded } = heldOut;
    const rows = encoded.map((_, row) => ({ text: `row ${String(row)}`, label: trained.head.labels[0], row }));
    await exportHead(trained, { out, int8: true, heldOut, createdBy, examples: keptExamples(rows, encoded, 3) });
    const kept = await readTrainingExamples(out, await readManifest(out));
    expect(kept?.rows).toHaveLength(3);
    expect(kept?.rows[0]).toEqual({ text: 'row 0', label: trained.head.labels[0] });
    const { rows: texts = [], vectors = new Float32Array() } = kept ?? {};
    const width = vectors.length / texts.length;
    texts.forEach((_, row) => {
      const own = vectors.subarray(row * width, (row + 1) * width);
      expect(nearestTrainingExamples({ rows: texts, vectors }, own, 1)[0].cosine).toBeCloseTo(1, 5);
    });
    await exportHead(trained, { out, int8: true, heldOut, createdBy });
    expect(await readTrainingExamples(out, await readManifest(out))).toBeUndefined();
  });

  it('gives back the same weights when it is loaded for further training', async () => {
    for (const pooling of ['pooler', 'mean', 'embedding'] as const) {
      const { trained, heldOut } = await tinyTrainedHead(root, { pooling });
      await exportHead(trained, { out, int8: false, heldOut, createdBy });
      const loaded = await loadEncoder(out);
      expect([...loaded.weights.keys()].sort()).toEqual([...trained.weights.keys()].sort());
      for (const [name, { values }] of trained.weights) expect(loaded.weights.get(name)?.values).toEqual(values);
    }
  });

  it('keeps a head that reads the second text beside the encoder, and says how to put both together', async () => {
    const { trained, heldOut } = await tinyTrainedHead(root, { pooling: 'pair' });
    await exportHead(trained, { out, int8: false, heldOut, createdBy });
    const weights = await readFurtherHeads(out, await readManifest(out));
    expect([...weights.keys()].sort()).toEqual(['head.output.bias', 'head.output.weight']);
    for (const [name, { values }] of weights) expect(values).toEqual(trained.weights.get(name)?.values);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain('load_file("DIR/heads/head.safetensors")');
  });

  it("writes a low-rank adapter in PEFT's format, in a folder of its own", async () => {
    const { trained, heldOut } = await tinyTrainedHead(root, { adapter: true });
    await exportHead(trained, { out, int8: false, heldOut, createdBy });
    expect(existsSync(join(out, 'adapter_config.json'))).toBe(false);
    expect(json(out, 'adapter/adapter_config.json')).toMatchObject({
      peft_type: 'LORA',
      task_type: 'SEQ_CLS',
      r: 4,
      lora_alpha: 8,
      target_modules: ['query', 'value'],
      modules_to_save: ['pooler', 'classifier'],
    });
    const { names } = await readSafetensors(join(out, 'adapter/adapter_model.safetensors'));
    expect(names).toContain('base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight');
    expect(names).toContain('base_model.model.classifier.bias');
    expect(names).toHaveLength(2 * 2 * 2 + 4);
  });

  it('writes a model card that can be parsed, with labels, figures and how to load it', async () => {
    const { trained, heldOut } = await tinyTrainedHead(root, { adapter: true, embedding: true });
    await exportHead(trained, { out, int8: true, heldOut, createdBy, attachments: new Map([['curves.svg', '<svg/>']]) });
    const card = readFileSync(join(out, 'README.md'), 'utf8');
    expect(card).toMatch(/^---\nlibrary_name: transformers\n/);
    for (const part of [
      'lost "or" stolen',
      'macroF1',
      'temperature 1.25',
      'PeftModel.from_pretrained(base, "DIR/adapter")',
      'attune predict',
      'model_quantized.onnx',
      createdBy,
    ]) {
      expect(card).toContain(part);
    }
    expect((await readManifest(out)).files).toHaveProperty(['curves.svg']);
  });

  it('says in the manifest and the card how the entity of a pair is marked', async () => {
    const { trained, heldOut } = await tinyTrainedHead(root);
    const normalization = { ...trained.normalization, entityMarkers: 'punctuation' as const };
    const config = { ...trained.config, data: { ...trained.config.data, pair: 'entity' }, normalization };
    await exportHead({ ...trained, config, normalization }, { out, int8: false, heldOut, createdBy });
    expect((await readManifest(out)).normalization.entityMarkers).toBe('punctuation');
    const card = readFileSync(join(out, 'README.md'), 'utf8');
    expect(card).toContain('def mark(text, entity):');
    expect(card).toContain('tokenizer(mark("…", "…"), "…", truncation=True');
  });

  it('refuses a model whose files differ, and leaves no directory', async () => {
    const { trained, heldOut } = await tinyTrainedHead(root);
    const logits = heldOut.logits.map((logit, i) => (i === 4 ? logit + 0.01 : logit));
    await expect(exportHead(trained, { out, int8: false, heldOut: { ...heldOut, logits }, createdBy })).rejects.toMatchObject({
      code: 'export-refused',
    });
    expect(readdirSync(join(root, 'models'))).toEqual([]);
  });

  it('refuses to check on nothing, and to write over what is no model', async () => {
    const { trained, heldOut } = await tinyTrainedHead(root);
    const nothing = { examples: [], logits: new Float32Array() };
    await expect(exportHead(trained, { out, int8: false, heldOut: nothing, createdBy })).rejects.toMatchObject({ code: 'export-refused' });
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, 'notes.txt'), '');
    await expect(exportHead(trained, { out, int8: false, heldOut, createdBy })).rejects.toMatchObject({ code: 'wrong-use' });
    expect(readdirSync(out)).toEqual(['notes.txt']);
  });

  it('writes the same bytes again from the same model', async () => {
    const { trained, heldOut } = await tinyTrainedHead(root);
    await exportHead(trained, { out, int8: true, heldOut, createdBy });
    const first = await readManifest(out);
    await exportHead(trained, { out, int8: true, heldOut, createdBy });
    expect(await readManifest(out)).toEqual(first);
  });
});
