import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headConfigSchema, type HeadConfig } from '../config/head-config';
import { encodeForHeads } from './encode';
import { loadDataset } from './load-dataset';

describe('rows of several tasks', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-task-rows-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const ROWS = [
    { text: 'Ash beats Birch', entity: 'Ash', label: 'good', topics: ['sales'] },
    { text: 'Ash beats Birch', entity: 'Birch', label: 'bad', topics: ['sales'] },
    { text: 'Cedar hires', entity: 'Cedar', topics: ['staff'] },
    { text: 'it rains', label: 'bad', topics: [] },
    { text: 'Elm sells', entity: '', label: 'good' },
  ];

  function configOf(file: string, content: string, ignoresPair = true): HeadConfig {
    const path = join(folder, file);
    writeFileSync(path, content);
    return headConfigSchema.parse({
      data: { train: path, validation: path, pair: 'entity' },
      tasks: [
        { name: 'opinion', label: 'label' },
        { name: 'topics', type: 'multi-label', label: 'topics', ignoresPair },
      ],
    });
  }

  const asLines = (rows: object[]): string => rows.map((row) => JSON.stringify(row)).join('\n');

  it('keep what they have, and give each task its own labels', async () => {
    const { heads, labels, validation } = await loadDataset(configOf('rows.jsonl', asLines(ROWS)));
    expect(heads).toMatchObject([
      { name: 'opinion', labels: ['bad', 'good'] },
      { name: 'topics', labels: ['sales', 'staff'] },
    ]);
    expect(labels).toEqual(['bad', 'good']);
    expect(validation.map(({ label, otherLabels }) => [label, otherLabels?.topics])).toEqual([
      ['good', ['sales']],
      ['bad', ['sales']],
      [undefined, ['staff']],
      ['bad', []],
      ['good', undefined],
    ]);
    expect(validation.map(({ pair }) => pair)).toEqual(['Ash', 'Birch', 'Cedar', undefined, undefined]);
  });

  it('are joined by each text alone once, for a task that ignores the second text', async () => {
    const { train } = await loadDataset(configOf('rows.jsonl', asLines(ROWS)));
    const added = train.slice(ROWS.length);
    expect(added.map(({ text, pair, label, otherLabels }) => [text, pair, label, otherLabels])).toEqual([
      ['Ash beats Birch', undefined, undefined, { topics: ['sales'] }],
      ['Cedar hires', undefined, undefined, { topics: ['staff'] }],
    ]);
    expect((await loadDataset(configOf('rows.jsonl', asLines(ROWS), false))).train).toHaveLength(ROWS.length);
  });

  it('become targets side by side, NaN for what is missing, and single texts where there is no pair', async () => {
    const { validation, heads } = await loadDataset(configOf('rows.jsonl', asLines(ROWS)));
    const pairs: (string | undefined)[] = [];
    const tokenizer = { encode: (_: string, pair?: string) => (pairs.push(pair), { inputIds: Int32Array.of(1) }) };
    const encoded = encodeForHeads(validation, { tokenizer, maxLength: 8, entityMarkers: 'none' }, heads);
    expect(encoded.map(({ target }) => [...(target as Float32Array)])).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [NaN, 0, 1],
      [0, 0, 0],
      [1, NaN, NaN],
    ]);
    expect(pairs).toEqual(['Ash', 'Birch', 'Cedar', undefined, undefined]);
  });

  it('take an empty cell for no label, and a cell of the separator alone for none of the labels', async () => {
    const table =
      'text,entity,label,topics\nAsh grows,Ash,good,sales|staff\nBirch falls,Birch,,sales\nCedar waits,,bad,|\nElm asks,,good,\n';
    const { validation } = await loadDataset(configOf('rows.csv', table));
    expect(validation.map(({ label, otherLabels }) => [label, otherLabels?.topics])).toEqual([
      ['good', ['sales', 'staff']],
      [undefined, ['sales']],
      ['bad', []],
      ['good', undefined],
    ]);
  });

  it.each([
    [[...ROWS, { text: 'Fir stands', entity: 'Fir' }], /1 of 6 rows have no label in any of the columns "label", "topics": row 6/],
    [
      ROWS.flatMap(({ topics: _topics, ...row }) => (row.label === undefined ? [] : [row])),
      /no row has a label for topics in column "topics"/,
    ],
    [
      [
        { text: 'a', entity: 'a', label: 'good' },
        { text: 'b', label: 'good' },
        { text: 'c', topics: ['x'] },
      ],
      /every row has the label "good"/,
    ],
    [ROWS.map(({ text }) => ({ text, entity: 'x', about: 'y' })), /5 of 5 rows have no label in any of the columns/],
  ])('are refused where nothing can be learned from them: %#', async (rows, message) => {
    await expect(loadDataset(configOf('rows.jsonl', asLines(rows)))).rejects.toThrow(message);
  });

  it('are refused where the validation rows have a label of a task that training never saw', async () => {
    const config = configOf('rows.jsonl', asLines(ROWS));
    const other = join(folder, 'other.jsonl');
    writeFileSync(other, asLines([{ text: 'Ash sues', entity: 'Ash', topics: ['courts'] }]));
    await expect(loadDataset({ ...config, data: { ...config.data, validation: other } })).rejects.toThrow(
      /other\.jsonl, row 1: the label "courts" does not occur/,
    );
  });
});
