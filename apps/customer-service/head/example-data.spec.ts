import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { entryInputSchema, type EntryInput } from '@attune/contracts';
import { parse } from 'csv-parse/sync';

interface Row {
  text: string;
  label: string;
  tone?: string;
}

interface TestEntry {
  question: string;
  phrasings: string[];
}

const OUT_OF_SCOPE = 'out_of_scope';
const FILES = ['train.csv', 'tone.csv', 'test.csv', 'knowledge.jsonl', 'knowledge-test.jsonl'];

function read(file: string): Row[] {
  const rows: Row[] = parse(readFileSync(join(__dirname, file), 'utf8'), { columns: true });
  return rows;
}

function readLines(file: string): unknown[] {
  return readFileSync(join(__dirname, file), 'utf8')
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

function counts(rows: Row[], column: 'label' | 'tone' = 'label'): Map<string, number> {
  const found = new Map<string, number>();
  for (const row of rows) {
    const value = row[column] ?? '';
    if (value !== '') found.set(value, (found.get(value) ?? 0) + 1);
  }
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

function repeated(texts: string[]): string[] {
  const all = texts.map(bare);
  return all.filter((text, index) => all.indexOf(text) !== index);
}

describe('the example data', () => {
  const train = read('train.csv');
  const tone = read('tone.csv');
  const test = read('test.csv');
  const entries = readLines('knowledge.jsonl').map((entry): EntryInput => entryInputSchema.parse(entry));
  const heldOut = readLines('knowledge-test.jsonl') as TestEntry[];
  const phrasings = entries.flatMap((entry) => [entry.question, ...entry.phrasings]);
  const heldOutPhrasings = heldOut.flatMap((entry) => entry.phrasings);

  it.each([
    { file: 'train.csv', rows: train, each: 22, outOfScope: 130 },
    { file: 'tone.csv', rows: tone, each: 8, outOfScope: undefined },
    { file: 'test.csv', rows: test, each: 8, outOfScope: 40 },
  ])('has 34 intents and out_of_scope in $file, as often as its README says', ({ rows, each, outOfScope }) => {
    const found = counts(rows);
    expect(found.get(OUT_OF_SCOPE)).toBe(outOfScope);
    found.delete(OUT_OF_SCOPE);
    expect(found.size).toBe(34);
    expect(new Set(found.values())).toEqual(new Set([each]));
  });

  it('has as many angry as calm messages', () => {
    expect(counts(tone, 'tone')).toEqual(new Map(['angry', 'calm'].map((name) => [name, 156])));
    expect(counts(test, 'tone')).toEqual(new Map(['angry', 'calm'].map((name) => [name, 37])));
  });

  it('has the same labels in training and test', () => {
    expect([...counts(test).keys()].sort()).toEqual([...counts([...train, ...tone]).keys()].sort());
  });

  it('has no empty text, no space around one, and a label in every row', () => {
    for (const row of [...train, ...tone, ...test]) {
      expect(row.text).toBe(row.text.trim());
      expect(row.text).not.toBe('');
      expect(`${row.label}${row.tone ?? ''}`).toMatch(/^[a-z]+(_[a-z]+)*$/);
    }
  });

  it('has no text twice, in one file or across them, whatever its case and punctuation', () => {
    expect(repeated([...train, ...tone, ...test].map(({ text }) => text))).toEqual([]);
    expect(repeated([...phrasings, ...heldOutPhrasings])).toEqual([]);
  });

  it('has no test text that is nearly one of the training texts', () => {
    const known = [...[...train, ...tone].map(({ text }) => text), ...phrasings].map((text) => ({ text, runs: characterRuns(text) }));
    const near = [...test.map(({ text }) => text), ...heldOutPhrasings].flatMap((text) => {
      const runs = characterRuns(text);
      return known.filter((other) => similarity(runs, other.runs) > 0.6).map((other) => [text, other.text]);
    });
    expect(near).toEqual([]);
  });

  it('has 60 entries of knowledge with two phrasings or more, each for one of the intents and every intent with one', () => {
    expect(entries).toHaveLength(60);
    for (const entry of entries) expect(entry.phrasings.length).toBeGreaterThanOrEqual(2);
    const intents = new Set(train.map(({ label }) => label).filter((label) => label !== OUT_OF_SCOPE));
    expect(new Set(entries.map(({ intent }) => intent))).toEqual(intents);
  });

  it('has a slot for each value in an answer, and each slot in its answer', () => {
    for (const { answer, slots } of entries) {
      const used = [...answer.matchAll(/\{\{[#/^]?(\w+)\}\}/g)].map(([, name]) => name);
      expect(new Set(used)).toEqual(new Set(slots.map(({ name }) => name)));
    }
  });

  it('has two held-out phrasings for each entry', () => {
    expect(heldOut.map(({ question }) => question)).toEqual(entries.map(({ question }) => question));
    for (const entry of heldOut) expect(entry.phrasings).toHaveLength(2);
  });

  it('has no file of 200 kB or more', () => {
    for (const file of FILES) expect(statSync(join(__dirname, file)).size).toBeLessThan(200_000);
  });
});
