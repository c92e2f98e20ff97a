import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

interface Row {
  text: string;
  entity?: string;
  label: string;
  topics: string[];
  case: string;
}

const TOPICS = [
  'earnings',
  'guidance',
  'labour',
  'litigation',
  'macro-economy',
  'management',
  'markets',
  'mergers',
  'other',
  'products',
  'regulation',
];
/** Kinds of sentences that are easily mistaken, with the fewest rows of each. */
const CASES: Record<string, number> = {
  'guidance-against-results': 120,
  negation: 150,
  'less-bad': 200,
  opposite: 300,
  cashtag: 150,
  'neutral-number': 120,
  headline: 150,
  'whole-text': 120,
  plain: 800,
};
const TRAINING_FILES = ['train.jsonl', 'train-hard-cases.jsonl', 'train-plain.jsonl'];
/** Largest file, so that each can be read and reviewed as text. */
const MOST_BYTES = 200_000;

function read(file: string): Row[] {
  const lines = readFileSync(join(__dirname, file), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

function count<T>(items: readonly T[], of: T): number {
  return items.filter((item) => item === of).length;
}

/** Letters and digits of a text in lower case, so that spacing, case and punctuation make no difference. */
const bare = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

function characterRuns(text: string): Set<string> {
  const padded = ` ${bare(text)} `;
  return new Set(Array.from({ length: Math.max(1, padded.length - 3) }, (_, start) => padded.slice(start, start + 4)));
}

/**
 * Pairs of texts that have more than a share of their runs of four characters in common (Jaccard's index). Runs point to the texts that
 * hold them, so that only texts with a common run are compared.
 */
function nearPairs(texts: readonly string[], share: number): [string, string][] {
  const holders = new Map<string, number[]>();
  const sizes: number[] = [];
  const pairs: [string, string][] = [];
  texts.forEach((text, index) => {
    const runs = characterRuns(text);
    sizes.push(runs.size);
    const common = new Map<number, number>();
    for (const run of runs) {
      const earlier = holders.get(run) ?? [];
      for (const other of earlier) common.set(other, (common.get(other) ?? 0) + 1);
      holders.set(run, [...earlier, index]);
    }
    for (const [other, count] of common) {
      if (count / (runs.size + sizes[other] - count) > share) pairs.push([texts[other], text]);
    }
  });
  return pairs;
}

describe('the example data', () => {
  const train = TRAINING_FILES.flatMap(read);
  const test = read('test.jsonl');
  const all = [...train, ...test];
  const texts = [...new Set(all.map(({ text }) => text))];

  it('has at least 2,000 sentences, and three labels in about equal numbers for training and for the test', () => {
    expect(texts.length).toBeGreaterThanOrEqual(2_000);
    for (const rows of [train, test]) {
      const labels = rows.map(({ label }) => label);
      expect([...new Set(labels)].sort()).toEqual(['negative', 'neutral', 'positive']);
      for (const label of new Set(labels)) {
        expect(count(labels, label) / rows.length).toBeGreaterThan(0.3);
        expect(count(labels, label) / rows.length).toBeLessThan(0.38);
      }
    }
  });

  it('is what head.yaml trains on and tests with, in files of less than 200 kB', () => {
    const head = readFileSync(join(__dirname, 'head.yaml'), 'utf8');
    expect(head).toContain(`train: [${TRAINING_FILES.join(', ')}]`);
    for (const file of [...TRAINING_FILES, 'test.jsonl']) expect(statSync(join(__dirname, file)).size).toBeLessThan(MOST_BYTES);
  });

  it('has at least 100 training rows of every topic, some in the test file, and no topic unknown', () => {
    for (const topic of TOPICS) {
      expect({ topic, enough: train.filter(({ topics }) => topics.includes(topic)).length >= 100 }).toEqual({ topic, enough: true });
      expect({ topic, tested: test.some(({ topics }) => topics.includes(topic)) }).toEqual({ topic, tested: true });
    }
    for (const { topics } of all) {
      expect(topics.length).toBeGreaterThan(0);
      expect(TOPICS).toEqual(expect.arrayContaining(topics));
    }
  });

  it.each(Object.entries(CASES))('has the hard case %s at least %d times, in both files', (name, least) => {
    expect(all.filter((row) => row.case === name).length).toBeGreaterThanOrEqual(least);
    expect(test.some((row) => row.case === name)).toBe(true);
  });

  it('names only cases that are known', () => {
    expect(Object.keys(CASES)).toEqual(expect.arrayContaining([...new Set(all.map((row) => row.case))]));
  });

  it('names an entity that stands in the text, or none', () => {
    for (const { text, entity } of all) if (entity !== undefined) expect(text).toContain(entity);
    expect(all.filter(({ entity }) => entity === undefined).length).toBeGreaterThan(150);
  });

  it('says opposite things about two companies of one sentence, at least 150 times, with the same topics', () => {
    const rowsOf = (text: string): Row[] => all.filter((row) => row.text === text);
    const opposite = texts.filter((text) => new Set(rowsOf(text).map(({ label }) => label)).size > 1);
    expect(opposite.length).toBeGreaterThanOrEqual(150);
    for (const text of texts) {
      const rows = rowsOf(text);
      expect(new Set(rows.map(({ topics }) => topics.join())).size).toBe(1);
      expect(new Set(rows.map(({ entity }) => entity)).size).toBe(rows.length);
    }
  });

  it('has no test text among the training rows, nor one twice about the same entity, whatever its case and punctuation', () => {
    const trained = new Set(train.map(({ text }) => bare(text)));
    expect(test.filter(({ text }) => trained.has(bare(text)))).toEqual([]);
    const keys = all.map(({ text, entity }) => `${bare(text)}|${entity}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('has no two sentences that are nearly the same', () => {
    expect(nearPairs(texts, 0.6)).toEqual([]);
  });

  it('has no empty text and no space around one', () => {
    for (const { text } of all) expect(text).toBe(text.trim());
  });
});
