import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyEncoder } from '@attune/testing';
import { runInProcess } from './run-attune';

const CONFIG = `
encoder: ./encoder
data: {train: rows.jsonl, pair: entity, validationShare: 0.25}
tasks:
  - {name: opinion, label: label}
  - {name: topics, type: multi-label, label: topics, ignoresPair: true}
optimizer: {learningRate: 3.0e-3}
training: {epochs: 3, batchSize: 16}
`;

const GOOD = ['profit is up', 'sales are strong', 'growth is excellent'];
const BAD = ['profit is down', 'sales are poor', 'growth is slow'];
const THINGS = ['phone', 'laptop', 'camera', 'lamp', 'coat', 'table', 'book', 'chair'];
const PLACES = ['north', 'south', 'city', 'island'];

/** Rows with an entity and without, with topics and without. */
function rows(): object[] {
  return THINGS.flatMap((thing) =>
    PLACES.flatMap((place, at) =>
      [...GOOD, ...BAD].map((clause, index) => ({
        text: `${clause} in the ${place} with the ${index % 2 === 0 ? `new ${thing}` : `staff of the ${thing} shop`}`,
        ...(at % 2 === 0 && { entity: place }),
        label: index < GOOD.length ? 'good' : 'bad',
        ...(at !== 3 && { topics: index % 2 === 0 ? ['goods'] : ['staff'] }),
        place,
      })),
    ),
  );
}

/** A head of two tasks, from its configuration to its predictions. */
describe('attune, several tasks', () => {
  let folder: string;
  const parse = (line: string): Record<string, unknown> => JSON.parse(line) as Record<string, unknown>;
  const run = async (...args: string[]) => {
    const result = await runInProcess(args, folder);
    if (result.status !== 0) throw new Error(result.stderr);
    return result;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-several-'));
    createTinyEncoder(join(folder, 'encoder'), { family: 'distilbert' });
    const lines = rows().map((row) => `${JSON.stringify(row)}\n`);
    await writeFile(join(folder, 'rows.jsonl'), lines.join(''));
    await writeFile(join(folder, 'head.yaml'), CONFIG);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('trains them and prints the figures of each', async () => {
    const summary = parse((await run('train', '-c', 'head.yaml', '--out', 'model', '--json')).stdout);
    expect(summary).toMatchObject({
      task: 'classification',
      tasks: { opinion: { validation: { macroF1: expect.any(Number) as number } }, topics: { task: 'multi-label' } },
    });
  });

  it('predicts all of a text: the first task as it always is, and each by its name', async () => {
    const said = parse((await run('predict', '--model', 'model', '--text', GOOD[0], '--json')).stdout);
    expect(Object.keys(said)).toEqual(['label', 'probability', 'probabilities', 'tasks']);
    expect(Object.keys(said.tasks as object)).toEqual(['opinion', 'topics']);
    expect((said.tasks as Record<string, unknown>).opinion).toMatchObject({ label: said.label, probability: said.probability });
    const text = (await run('predict', '--model', 'model', '--text', GOOD[0], '--pair', 'north')).stdout;
    for (const name of ['opinion', 'topics', 'good', 'staff']) expect(text).toContain(name);
  });

  it('predicts a file in which some rows have no second text', async () => {
    await run('predict', '--model', 'model', '--data', 'rows.jsonl', '--out', 'out.jsonl');
    const [first] = (await readFile(join(folder, 'out.jsonl'), 'utf8')).split('\n');
    expect(parse(first)).toMatchObject({ predictedLabel: expect.any(String) as string, predictedTopics: expect.any(String) as string });
  });

  it('evaluates each task on the rows that have a label for it, whole and by slices', async () => {
    const report = parse((await run('evaluate', '--model', 'model', '--data', 'rows.jsonl', '--slice', 'place', '--json')).stdout);
    expect(report).toMatchObject({
      task: 'classification',
      rows: 192,
      tasks: { opinion: { rows: 192 }, topics: { rows: 144, microF1: expect.any(Number) as number } },
    });
    const slices = report.slices as Record<string, { rows: number; tasks: Record<string, unknown> }>;
    expect(Object.keys(slices)).toEqual([...PLACES].sort());
    expect(slices.north).toMatchObject({ rows: 48, tasks: { topics: { rows: 48 } } });
    expect(Object.keys(slices.island.tasks)).toEqual(['opinion']);
    const table = (await run('evaluate', '--model', 'model', '--data', 'rows.jsonl', '--slice', 'place')).stdout;
    expect(table).toMatch(/place, opinion +rows +accuracy +micro F1 +macro F1/);
  });

  it('names the column that a file does not have to be sliced by', async () => {
    const { status, stderr } = await runInProcess(
      ['evaluate', '--model', 'model', '--data', 'rows.jsonl', '--slice', 'plaice', '--json'],
      folder,
    );
    expect(status).toBe(1);
    expect(stderr).toContain('has no column "plaice" for the slice');
    expect(stderr).toContain('Did you mean "place"? Name the column with --slice.');
  });

  it('keeps every task in what it exports', async () => {
    await run('export', '--model', 'model', '--out', 'serving', '--format', 'onnx');
    const said = parse((await run('predict', '--model', 'serving', '--text', GOOD[0], '--json')).stdout);
    expect(Object.keys(said.tasks as object)).toEqual(['opinion', 'topics']);
  });
});
