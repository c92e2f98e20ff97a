import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeadConfigExample } from './config-example';
import { describeHeadConfig, headConfigPaths } from './config-keys';
import { headConfigSchema } from './head-config';
import { loadHeadConfig } from './load-config';

describe('describeHeadConfig', () => {
  it('describes every key', () => {
    const keys = describeHeadConfig().flatMap((section) => section.keys);
    expect(keys.filter((key) => key.description === '')).toEqual([]);
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.find((key) => key.path === 'training.epochs')).toMatchObject({ default: 6, type: 'number above 0' });
    expect(keys.find((key) => key.path === 'tuner.name')).toMatchObject({
      default: 'full',
      type: 'full | lora | dora | ia3 | adapters | prompt-tuning | bitfit | head',
    });
    expect(headConfigPaths()).toContain('loss.classWeights');
  });
});

describe('writeHeadConfigExample', () => {
  it('shows every key and reads back as the same configuration', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'attune-example-'));
    try {
      const config = headConfigSchema.parse({
        data: { train: '/data/rows.csv', labelSeparator: '\n', label: 'yes: #1' },
        loss: { classWeights: { 'a b': 2 } },
        tuner: { name: 'lora', targetModules: ['query', 'key'] },
      });
      const zeroShot = headConfigSchema.parse({
        task: 'zero-shot',
        prompt: { labels: { 'a?': 'yes: #1', b: ['two', 'three'] }, templates: ['{label}', 'about {label}'] },
      });
      for (const written of [config, zeroShot, headConfigSchema.parse({})]) {
        const file = join(folder, 'head.yaml');
        const text = writeHeadConfigExample(written);
        await writeFile(file, text);
        expect(await loadHeadConfig(file)).toEqual(written);
        for (const path of headConfigPaths()) expect(text).toMatch(new RegExp(`^\\s*(# )?${path.split('.').at(-1)}:`, 'm'));
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
