import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readManifest, verifyFiles } from '@attune/artifact';
import { tinyTrainedHead, type TinyHeadOptions } from '../../test/tiny-trained-head';
import { readSafetensors } from '../encoders';
import { exportFormat } from './export-format';
import { exportHead } from './export-head';

const createdBy = 'attune 0.1.0';

describe('exportHead, with what cannot be merged', () => {
  let root: string;
  let out: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'attune-additions-'));
    out = join(root, 'model');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it.each<TinyHeadOptions>([
    { family: 'bert', addition: 'prompt-tuning', pooling: 'pooler', embedding: true },
    { family: 'roberta', addition: 'prompt-tuning', pooling: 'mean' },
    { family: 'distilbert', addition: 'prompt-tuning', pooling: 'cls' },
    { family: 'bert', addition: 'adapters', pooling: 'pooler' },
    { family: 'roberta', addition: 'adapters', pooling: 'mean', embedding: true },
  ])('carries it in both ONNX files, which agree with plain arithmetic: %j', async (options) => {
    const { trained, heldOut } = await tinyTrainedHead(root, options);
    const report = await exportHead(trained, { out, int8: true, heldOut, createdBy });
    expect(report.fp32.largestLogitDifference).toBeLessThan(1e-4);
    expect(report.int8?.rows).toBe(heldOut.examples.length);
    if (options.embedding) expect(report.fp32.smallestCosine).toBeGreaterThan(0.99999);
    const manifest = await readManifest(out);
    await verifyFiles(out, manifest);
    const files = Object.keys(manifest.files);
    expect(files).toEqual(expect.arrayContaining(['config.json', 'tokenizer.json', 'onnx/model.onnx', 'onnx/model_quantized.onnx']));
    expect(files).not.toContain('model.safetensors');
    expect(files).not.toContain('modules.json');
    expect(files.includes('heads/head.safetensors')).toBe(options.pooling !== 'pooler');
  });

  it('names bottleneck adapters as AdapterHub does, and says that PEFT has no such thing', async () => {
    const { trained, heldOut } = await tinyTrainedHead(root, { addition: 'adapters' });
    await exportHead(trained, { out, int8: false, heldOut, createdBy });
    expect(JSON.parse(readFileSync(join(out, 'adapter/adapter_config.json'), 'utf8'))).toMatchObject({
      config: { architecture: 'bottleneck', mh_adapter: true, output_adapter: true, non_linearity: 'gelu', reduction_factor: 8 },
      model_class: 'BertForSequenceClassification',
    });
    const { tensors } = await readSafetensors(join(out, 'adapter/adapter.safetensors'));
    expect(tensors.size).toBe(trained.encoder.config.layers * 2 * 4);
    expect(tensors.get('bert.encoder.layer.1.attention.output.adapters.attune.adapter_down.0.weight')?.shape).toEqual([6, 48]);
    expect(tensors.get('bert.encoder.layer.0.output.adapters.attune.adapter_up.bias')?.shape).toEqual([48]);
    const { names } = await readSafetensors(join(out, 'adapter/model_head.safetensors'));
    expect(names.sort()).toEqual(['bert.pooler.dense.bias', 'bert.pooler.dense.weight', 'classifier.bias', 'classifier.weight']);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain('cannot be merged');
    await expect(exportFormat(out, join(root, 'peft'), 'peft')).rejects.toMatchObject({ code: 'wrong-use' });
    await expect(exportFormat(out, join(root, 'huggingface'), 'huggingface')).rejects.toMatchObject({ code: 'wrong-use' });
  });

  it("hands a soft prompt over in PEFT's format", async () => {
    const { trained, heldOut } = await tinyTrainedHead(root, { addition: 'prompt-tuning' });
    await exportHead(trained, { out, int8: false, heldOut, createdBy });
    await exportFormat(out, join(root, 'peft'), 'peft');
    expect(existsSync(join(root, 'peft/adapter_model.safetensors'))).toBe(true);
    expect(readFileSync(join(out, 'README.md'), 'utf8')).toContain('PeftModel.from_pretrained(base, "DIR/adapter")');
  });
});
