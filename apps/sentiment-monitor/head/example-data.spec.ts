import { readFileSync } from 'node:fs';
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
  'guidance-against-results': 25,
  negation: 30,
  'less-bad': 25,
  opposite: 60,
  cashtag: 40,
  'neutral-number': 35,
  headline: 60,
  'whole-text': 40,
  plain: 200,
};

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

/** Share of the runs of four characters that two texts have in common (Jaccard's index). */
function similarity(first: ReadonlySet<string>, second: ReadonlySet<string>): number {
  let common = 0;
  for (const run of first) if (second.has(run)) common++;
  return common / (first.size + second.size - common);
}

describe('the example data', () => {
  const train = read('train.jsonl');
  const test = read('test.jsonl');
  const all = [...train, ...test];
  const texts = [...new Set(all.map(({ text }) => text))];

  it('has at least 600 sentences, and three labels in about equal numbers in both files', () => {
    expect(texts.length).toBeGreaterThanOrEqual(600);
    for (const rows of [train, test]) {
      const labels = rows.map(({ label }) => label);
      expect([...new Set(labels)].sort()).toEqual(['negative', 'neutral', 'positive']);
      for (const label of new Set(labels)) {
        expect(count(labels, label) / rows.length).toBeGreaterThan(0.3);
        expect(count(labels, label) / rows.length).toBeLessThan(0.38);
      }
    }
  });

  it('has at least 20 training rows of every topic, some in the test file, and no topic unknown', () => {
    for (const topic of TOPICS) {
      expect({ topic, enough: train.filter(({ topics }) => topics.includes(topic)).length >= 20 }).toEqual({ topic, enough: true });
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
    expect(all.filter(({ entity }) => entity === undefined).length).toBeGreaterThan(60);
  });

  it('says opposite things about two companies of one sentence, at least 25 times, with the same topics', () => {
    const rowsOf = (text: string): Row[] => all.filter((row) => row.text === text);
    const opposite = texts.filter((text) => new Set(rowsOf(text).map(({ label }) => label)).size > 1);
    expect(opposite.length).toBeGreaterThanOrEqual(25);
    for (const text of texts) {
      const rows = rowsOf(text);
      expect(new Set(rows.map(({ topics }) => topics.join())).size).toBe(1);
      expect(new Set(rows.map(({ entity }) => entity)).size).toBe(rows.length);
    }
  });

  it('has no text in both files, nor one twice about the same entity, whatever its case and punctuation', () => {
    const trained = new Set(train.map(({ text }) => bare(text)));
    expect(test.filter(({ text }) => trained.has(bare(text)))).toEqual([]);
    const keys = all.map(({ text, entity }) => `${bare(text)}|${entity}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it('has no two sentences that are nearly the same', () => {
    const runs = texts.map((text) => ({ text, runs: characterRuns(text) }));
    const near = runs.flatMap((one, index) =>
      runs
        .slice(index + 1)
        .filter((other) => similarity(one.runs, other.runs) > 0.6)
        .map((other) => [one.text, other.text]),
    );
    expect(near).toEqual([]);
  });

  it('has no empty text and no space around one', () => {
    for (const { text } of all) expect(text).toBe(text.trim());
  });
});
