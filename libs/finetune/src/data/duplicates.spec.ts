import { Random } from '../random';
import { findDuplicates, withoutExactDuplicates } from './duplicates';
import type { Example } from './example';
import { NearDuplicateIndex, SketchedTexts } from './near-duplicates';

const rows = (...cells: [string, string][]): Example[] => cells.map(([text, label], at) => ({ text, label, row: at + 1 }));

function shinglesOf(text: string): Set<string> {
  const folded = text
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
  return new Set(Array.from({ length: Math.max(1, folded.length - 3) }, (_, at) => folded.slice(at, at + 4)));
}

function similarityOf(a: string, b: string): number {
  const [first, second] = [shinglesOf(a), shinglesOf(b)];
  const shared = [...first].filter((shingle) => second.has(shingle)).length;
  return shared / (first.size + second.size - shared);
}

function nearestOf(texts: string[], threshold = 0.8): ({ id: number; similarity: number } | undefined)[] {
  const index = new NearDuplicateIndex(new SketchedTexts(texts), threshold, texts.length);
  return texts.map((_, id) => {
    const nearest = index.nearest(id);
    index.add(id);
    return nearest;
  });
}

describe('near-duplicates', () => {
  it('are found in any script, whatever case and punctuation', () => {
    const texts = [
      'Der Aktienkurs der Beispiel AG fiel am Montag deutlich.',
      'DER AKTIENKURS DER BEISPIEL AG FIEL AM MONTAG DEUTLICH!',
      '示例公司的股价周一大幅下跌，投资者感到担忧，分析师建议谨慎',
      '示例公司的股价周一大幅下跌，投资者感到担忧。分析师建议谨慎！',
      'सोमवार को उदाहरण कंपनी के शेयर तेजी से गिरे',
      'A wholly different sentence about tea',
    ];
    expect(nearestOf(texts).map((nearest) => nearest?.id)).toEqual([undefined, 0, undefined, 2, undefined, undefined]);
  });

  it('have the Jaccard similarity of their shingle sets', () => {
    const [first, second] = ['please cancel the order that I placed on Tuesday', 'please cancel the order that I placed on Thursday'];
    expect(nearestOf([first, second], 0.6)[1]?.similarity).toBeCloseTo(similarityOf(first, second), 12);
  });

  it('copes with empty, tiny and unlettered texts', () => {
    expect(nearestOf(['', 'a', '!!', '🙂', 'ab', '🙂']).map((nearest) => nearest?.id)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      3,
    ]);
  });

  it('misses fewer than one pair in twenty at the threshold and above', () => {
    const random = new Random(9);
    const word = (): string => Array.from({ length: 3 + random.integer(7) }, () => String.fromCharCode(97 + random.integer(26))).join('');
    const originals = Array.from({ length: 300 }, () => Array.from({ length: 8 + random.integer(30) }, word));
    const copies = originals.map((words) => words.map((one, at) => (at === 3 ? word() : one)));
    const texts = [...originals, ...copies].map((words) => words.join(' '));
    const nearest = nearestOf(texts);
    const wanted = originals.map((_, at) => at).filter((at) => similarityOf(texts[at], texts[at + 300]) >= 0.8);
    expect(wanted.length).toBeGreaterThan(100);
    expect(wanted.filter((at) => nearest[at + 300]?.id !== at).length / wanted.length).toBeLessThan(0.05);
    expect(nearest.filter((found, id) => found && similarityOf(texts[id], texts[found.id]) < 0.8)).toEqual([]);
  });
});

describe('findDuplicates', () => {
  const train = rows(
    ['Where is my parcel, it should be here', 'delivery'],
    ['Thanks', 'praise'],
    ['Thanks', 'praise'],
    ['Thanks', 'other'],
  );
  const test = rows(['Thanks', 'praise'], ['where is my parcel? it should be here', 'delivery'], ['Is tea sold here as well?', 'range']);
  const splits = [
    { name: 'train' as const, path: 'a.csv', examples: train },
    { name: 'test' as const, path: 'b.csv', examples: test },
  ];

  it('tells exact ones, near ones, those across splits and conflicting labels apart', () => {
    const report = findDuplicates(splits, { near: true });
    expect(report.exact.rows).toBe(2);
    expect(report.exact.examples[0].places).toContainEqual({ split: 'test', row: 1 });
    expect(report.near?.rows).toBe(0);
    expect(report.acrossSplits).toEqual([
      {
        split: 'test',
        of: 'train',
        exact: 1,
        near: 1,
        examples: [
          { text: 'Thanks', row: 1, otherRow: 2, similarity: 1 },
          { text: 'where is my parcel? it should be here', row: 2, otherRow: 1, similarity: 1 },
        ],
      },
    ]);
    expect(report.conflictingLabels).toMatchObject({ texts: 1, rows: 4 });
    expect(report.conflictingLabels.examples[0].labels.map(({ label }) => label)).toEqual(['praise', 'other']);
  });

  it('leaves near ones out where they are not asked for', () => {
    const report = findDuplicates(splits, { near: false });
    expect(report.near).toBeUndefined();
    expect(report.acrossSplits[0]).toMatchObject({ exact: 1, near: 0 });
  });

  it('compares pairs as a whole', () => {
    const pairs: Example[] = [
      { text: 'a', pair: 'b', label: 'x', row: 1 },
      { text: 'a', pair: 'c', label: 'y', row: 2 },
      { text: 'a', pair: 'b', label: 'x', row: 3 },
    ];
    expect(findDuplicates([{ name: 'train', path: 'p.csv', examples: pairs }], { near: false })).toMatchObject({
      exact: { rows: 1 },
      conflictingLabels: { texts: 0 },
    });
    expect(withoutExactDuplicates(pairs).map(({ row }) => row)).toEqual([1, 2]);
  });
});

describe('withoutExactDuplicates', () => {
  it('keeps a text that stands with several labels once with each', () => {
    expect(withoutExactDuplicates(rows(['a', 'x'], ['a', 'y'], ['a', 'x'])).map(({ row }) => row)).toEqual([1, 2]);
  });

  it('takes label sets without regard to their order', () => {
    const sets: Example[] = [
      { text: 'a', label: ['x', 'y'], row: 1 },
      { text: 'a', label: ['y', 'x'], row: 2 },
    ];
    expect(withoutExactDuplicates(sets)).toHaveLength(1);
  });
});
