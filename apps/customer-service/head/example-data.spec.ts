import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

interface Row {
  text: string;
  label: string;
}

const OUT_OF_SCOPE = 'out_of_scope';

function read(file: string): Row[] {
  const rows: Row[] = parse(readFileSync(join(__dirname, file), 'utf8'), { columns: true });
  return rows;
}

function counts(rows: Row[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { label } of rows) found.set(label, (found.get(label) ?? 0) + 1);
  return found;
}

/** Letters and digits of a text in lower case, so that spacing, case and punctuation make no difference. */
const bare = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Share of the runs of three characters that two texts have in common (Jaccard's index). */
function similarity(first: ReadonlySet<string>, second: ReadonlySet<string>): number {
  let common = 0;
  for (const run of first) if (second.has(run)) common++;
  return common / (first.size + second.size - common);
}

function characterRuns(text: string): Set<string> {
  const padded = ` ${bare(text)} `;
  return new Set(Array.from({ length: padded.length - 2 }, (_, start) => padded.slice(start, start + 3)));
}

describe('the example data', () => {
  const train = read('train.csv');
  const test = read('test.csv');

  it.each([
    { file: 'train.csv', rows: train, each: 22, outOfScope: 130 },
    { file: 'test.csv', rows: test, each: 6, outOfScope: 40 },
  ])('has 34 intents and out_of_scope in $file, as often as its README says', ({ rows, each, outOfScope }) => {
    const found = counts(rows);
    expect(found.get(OUT_OF_SCOPE)).toBe(outOfScope);
    found.delete(OUT_OF_SCOPE);
    expect(found.size).toBe(34);
    expect(new Set(found.values())).toEqual(new Set([each]));
  });

  it('has the same labels in both files', () => {
    expect([...counts(test).keys()].sort()).toEqual([...counts(train).keys()].sort());
  });

  it('has two columns, no empty text and no space around one', () => {
    for (const row of [...train, ...test]) {
      expect(Object.keys(row)).toEqual(['text', 'label']);
      expect(row.text).toBe(row.text.trim());
      expect(row.text).not.toBe('');
      expect(row.label).toMatch(/^[a-z]+(_[a-z]+)*$/);
    }
  });

  it('has no text twice, in one file or across both, whatever its case and punctuation', () => {
    const texts = [...train, ...test].map(({ text }) => bare(text));
    expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
  });

  it('has no test text that is nearly one of the training texts', () => {
    const known = train.map(({ text }) => ({ text, runs: characterRuns(text) }));
    const near = test.flatMap(({ text }) => {
      const runs = characterRuns(text);
      return known.filter((other) => similarity(runs, other.runs) > 0.6).map((other) => [text, other.text]);
    });
    expect(near).toEqual([]);
  });
});
