import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import type { understandingResponseSchema } from '@attune/contracts';
import { Predictor } from '@attune/inference';
import { keepTrainingRows, startService, writeConceptModel, type RunningService } from '@attune/testing';
import type { z } from 'zod';

type Answer = z.infer<typeof understandingResponseSchema>;

const PROGRAM = join(__dirname, '../bin/customer-service.js');
const ROWS = [
  { text: 'how can i return this', label: 'return_item' },
  { text: 'send it back', label: 'return_item' },
  { text: 'what a terrible rude answer', label: 'out_of_scope' },
];

describe('what texts are about, and why', () => {
  let folder: string;
  let service: RunningService;

  const ask = async (body: unknown): Promise<{ status: number; body: Answer }> => {
    const { status, body: answer } = await service.request('POST', '/v1/understanding', body);
    return { status, body: answer as Answer };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-understanding-'));
    const models = join(folder, 'models');
    await writeConceptModel(models);
    const source = join(models, 'source-customer-service-1');
    const predictor = await Predictor.open(source, { precision: 'int8', threads: 1 });
    await keepTrainingRows(source, ROWS, (inputs) => predictor.embed(inputs));
    await predictor.close();
    const store = new ModelStore(models);
    await store.add('customer-service', '2', source);
    await store.promote('customer-service', '2');
    service = await startService(PROGRAM, { ATTUNE_MODELS: models, ATTUNE_DATA: join(folder, 'data') });
  }, 180_000);
  afterAll(async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('is told of each text, in their order', async () => {
    const { status, body } = await ask({ texts: ['can i send it back', 'hmm'] });
    expect(status).toBe(200);
    expect(body.modelVersion).toBe('2');
    expect(body.results.map(({ intent }) => intent)).toEqual(['return_item', 'out_of_scope']);
    const [first] = body.results;
    expect(first.likeliest[0]).toEqual({ intent: 'return_item', probability: first.probability });
    expect(first.likeliest).toHaveLength(5);
    expect(first.outOfScope).toBeLessThan(body.results[1].outOfScope);
    expect(first.anger).toBeLessThan(0.5);
    expect(first).not.toHaveProperty('explanation');
  });

  it('is explained by the words without which the label is less likely, and by the nearest rows', async () => {
    const text = 'hmm, can i return it';
    const { body } = await ask({ texts: [text], explain: true });
    const [{ explanation = [], trainingRows, probability, intent }] = body.results;
    const [strongest] = explanation;
    expect(strongest.text).toBe('return');
    expect(text.slice(strongest.start, strongest.end)).toBe('return');
    const without = await ask({ texts: ['hmm, can i  it'] });
    const left = without.body.results[0].likeliest.find((label) => label.intent === intent)?.probability ?? NaN;
    expect(strongest.influence).toBeCloseTo(probability - left, 2);
    expect(trainingRows).toMatchObject({
      kept: 3,
      nearest: [{ label: 'return_item' }, { label: 'return_item' }, { label: 'out_of_scope' }],
    });
  });

  it('is refused of too many texts at once, and of none', async () => {
    expect((await ask({ texts: Array.from({ length: 5 }, () => 'hello'), explain: true })).status).toBe(400);
    expect((await ask({ texts: [' '] })).status).toBe(400);
    expect((await ask({ texts: [] })).status).toBe(400);
  });
});
