import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { trainingJobInputSchema, type TrainingJobInput } from '@attune/contracts';
import { HeadTemplates } from '../heads/head-templates';
import { columnFaults, headConfiguration } from './head-configuration';

const ATTUNE = resolve(__dirname, '../../../cli/bin/attune.js');
const run = promisify(execFile);

const inputFor = (head: string, more: object = {}): TrainingJobInput => trainingJobInputSchema.parse({ head, dataset: 'rows', ...more });

describe('the configuration of a training', () => {
  let folder: string;
  let heads: HeadTemplates;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-head-configuration-'));
    await writeFile(
      join(folder, 'pairs.yaml'),
      'encoder: ./encoder\ndata: {train: a.csv, test: b.csv, text: body, split: time, time: at}\n',
    );
    heads = await HeadTemplates.read([
      { name: 'customer-service' },
      { name: 'sentiment-monitor' },
      { name: 'recommender' },
      { name: 'plain' },
      { name: 'own', file: join(folder, 'pairs.yaml') },
    ]);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const configure = (input: TrainingJobInput, columns: string[]) =>
    headConfiguration(heads.get(input.head), input, { dataset: { columns } }, { dataset: '/rows.csv' });
  const faults = (input: TrainingJobInput, columns: string[]) =>
    columnFaults(heads.get(input.head), input, { dataset: { columns } }).map(({ path }) => path);

  it('puts the rows of the request in place of those of head.yaml, whose paths hold from anywhere', () => {
    const input = inputFor('own', { columns: { label: 'topic' } });
    expect(configure(input, ['body', 'topic'])).toEqual({
      task: 'classification',
      encoder: join(folder, 'encoder'),
      data: { train: '/rows.csv', text: 'body', label: 'topic' },
    });
    expect(
      headConfiguration(heads.get('own'), input, { dataset: { columns: ['body', 'topic'] } }, { dataset: '/rows.csv', test: '/test.csv' })
        .data,
    ).toMatchObject({ test: '/test.csv' });
    expect(configure(inputFor('plain', { task: 'regression' }), ['text', 'label'])).toEqual({
      task: 'regression',
      data: { train: '/rows.csv', text: 'text' },
    });
  });

  it('maps the tasks of a head with several, and leaves out those without a label', () => {
    const both = configure(inputFor('sentiment-monitor', { columns: { text: 'headline', label: 'mood' } }), [
      'headline',
      'mood',
      'topics',
      'entity',
    ]);
    expect(both).toMatchObject({
      data: { text: 'headline', pair: 'entity', split: 'grouped', group: 'headline' },
      tasks: [
        { name: 'sentiment', label: 'mood' },
        { name: 'topics', label: 'topics' },
      ],
      training: { metric: 'sentiment.macroF1' },
    });
    const one = configure(inputFor('sentiment-monitor', { columns: { labels: { topics: 'about' } } }), ['text', 'about']) as {
      tasks: unknown[];
      training: object;
    };
    expect(one.tasks).toMatchObject([{ name: 'topics', label: 'about' }]);
    expect(one.training).not.toHaveProperty('metric');
  });

  it('finds everything that is not there', () => {
    expect(faults(inputFor('plain'), ['message', 'intent'])).toEqual(['columns.text', 'columns.label']);
    expect(faults(inputFor('plain', { columns: { labels: { tone: 'a' } } }), ['text', 'label'])).toEqual(['columns.labels.tone']);
    expect(faults(inputFor('customer-service', { columns: { labels: { mood: 'a' } } }), ['text'])).toEqual(['columns.labels.mood']);
    expect(faults(inputFor('customer-service'), ['text', 'intent'])).toEqual(['columns.labels']);
    expect(faults(inputFor('recommender'), ['user', 'item'])).toEqual(['dataset']);
    expect(faults(inputFor('plain', { task: 'ranking' }), ['user', 'item', 'ts'])).toEqual(['items']);
    expect(() => heads.get('nobody')).toThrow(/no head nobody/);
  });

  it.each([
    ['customer-service', { text: 'message', label: 'intent' }, ['message', 'intent', 'tone']],
    ['customer-service', { text: 'message', labels: { tone: 'mood' } }, ['message', 'mood']],
    ['sentiment-monitor', { text: 'headline', pair: 'company', label: 'mood' }, ['headline', 'company', 'mood']],
    ['recommender', {}, ['user', 'item', 'ts']],
  ])(
    'makes one of the head.yaml of %s that the command line takes',
    async (head, columns, present) => {
      const file = join(folder, `${head}-job.yaml`);
      await writeFile(file, JSON.stringify(configure(inputFor(head, { columns }), present)));
      const { stdout } = await run(process.execPath, [ATTUNE, 'train', '--config', file, '--print-config']);
      expect(stdout).toContain('/rows.csv');
    },
    60_000,
  );
});
