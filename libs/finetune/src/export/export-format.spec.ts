import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest, verifyFiles } from '@attune/artifact';
import { OnnxSession } from '@attune/onnx';
import { createTinyEncoder } from '@attune/testing';
import { tinyTrainedHead } from '../../test/tiny-trained-head';
import { loadEncoder } from '../encoders';
import { exportEmbeddingModel } from './export-embedding-model';
import { exportFormat } from './export-format';
import { exportHead } from './export-head';

const createdBy = 'attune 0.1.0';

describe('exportFormat', () => {
  let root: string;
  let model: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'attune-format-'));
    model = join(root, 'model');
    const { trained, heldOut } = await tinyTrainedHead(root, { adapter: true, embedding: true });
    await exportHead(trained, { out: model, int8: true, heldOut, createdBy });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const filesOf = async (directory: string): Promise<string[]> => Object.keys((await readManifest(directory)).files);

  it('copies the whole model', async () => {
    const out = join(root, 'copy');
    await exportFormat(model, out);
    expect(await filesOf(out)).toEqual(await filesOf(model));
    expect({ ...(await readManifest(out)), files: {} }).toEqual({ ...(await readManifest(model)), files: {} });
  });

  it.each([
    ['huggingface', ['config.json', 'model.safetensors', 'tokenizer.json'], /^(onnx|adapter)\b/],
    ['onnx', ['onnx/model.onnx', 'onnx/model_quantized.onnx', 'config.json', 'tokenizer.json'], /safetensors/],
    ['peft', ['adapter_config.json', 'adapter_model.safetensors', 'tokenizer.json'], /^(onnx\/|config\.json|model\.safetensors)/],
  ] as const)('copies what %s needs, with a manifest and a card of its own', async (format, needed, absent) => {
    const out = join(root, format);
    await exportFormat(model, out, format);
    const manifest = await readManifest(out);
    await verifyFiles(out, manifest);
    expect(Object.keys(manifest.files)).toEqual(expect.arrayContaining([...needed]));
    expect(Object.keys(manifest.files).filter((path) => absent.test(path))).toEqual([]);
    const card = readFileSync(join(out, 'README.md'), 'utf8');
    expect(card).toContain('## Evaluation');
    expect(card.includes('onnxruntime')).toBe(format === 'onnx');
    expect(card.includes('PeftModel')).toBe(format === 'peft');
  });

  it('says so when the model has no adapter', async () => {
    await expect(exportFormat(join(root, 'onnx'), join(root, 'none'), 'peft')).rejects.toMatchObject({
      code: 'wrong-use',
      message: expect.stringContaining('no adapter'),
    });
  });

  it('refuses a model that has been changed', async () => {
    const changed = join(root, 'changed');
    await exportFormat(model, changed);
    appendFileSync(join(changed, 'model.safetensors'), 'x');
    await expect(exportFormat(changed, join(root, 'none'), 'huggingface')).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('model.safetensors'),
    });
  });
});

describe('exportEmbeddingModel', () => {
  const root = mkdtempSync(join(tmpdir(), 'attune-embedding-'));
  afterAll(() => rmSync(root, { recursive: true }));

  it.each(['bert', 'roberta', 'distilbert', 'mpnet', 'gpt2'] as const)('exports a %s encoder as it is', async (family) => {
    createTinyEncoder(join(root, family), { family });
    const encoder = await loadEncoder(join(root, family));
    const out = join(root, `${family}-out`);
    const report = await exportEmbeddingModel(encoder, { out, createdBy });
    expect(report.fp32.smallestCosine).toBeGreaterThan(0.99999);
    const manifest = await readManifest(out);
    expect(manifest).toMatchObject({ tasks: [], embedding: { dimension: encoder.config.hiddenSize }, maxLength: 64 });
    expect(Object.keys(manifest.files)).toEqual(
      expect.arrayContaining(['modules.json', '1_Pooling/config.json', 'onnx/model_quantized.onnx']),
    );
    const session = await OnnxSession.open(join(out, 'onnx/model.onnx'));
    expect([...session.outputNames].sort()).toEqual(['embedding', 'last_hidden_state']);
    await session.close();
    const again = await loadEncoder(out);
    expect([...again.weights.keys()]).toEqual([...encoder.weights.keys()]);
  });
});
