import fc from 'fast-check';
import { windowAggregateSchema } from '@attune/contracts';
import { applyChanges, bucketChanges, type CountedDocument } from './bucket-changes';
import { MINUTE, totalOf, type CountBucket } from './minute-bucket';
import { dueMerges } from './retention';
import { trendPoints } from './trend-points';

const BASE = Date.UTC(2024, 4, 6);
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LABELS = ['negative', 'neutral', 'positive'] as const;

const documents: fc.Arbitrary<CountedDocument[]> = fc.array(
  fc
    .record({
      after: fc.nat({ max: 3 * DAY }),
      label: fc.constantFrom(...LABELS),
      score: fc.integer({ min: -8, max: 8 }),
      told: fc.boolean(),
    })
    .map(({ after, label, score, told }) => ({
      publishedAt: BASE + after,
      label,
      score: score / 8,
      deltas: told ? [{ at: BASE + after, label, delta: 1 as const }] : [],
    })),
  { maxLength: 60 },
);

function sums(buckets: readonly CountBucket[]): { documents: number; stories: number; score: number } {
  return {
    documents: buckets.reduce((sum, bucket) => sum + totalOf(bucket.documents), 0),
    stories: buckets.reduce((sum, bucket) => sum + totalOf(bucket.stories), 0),
    score: buckets.reduce((sum, bucket) => sum + bucket.scoreSum, 0),
  };
}

describe('bucketChanges', () => {
  it('counts every document and every story once', () => {
    fc.assert(
      fc.property(documents, (all) => {
        expect(sums(bucketChanges(all))).toEqual({
          documents: all.length,
          stories: all.filter(({ deltas }) => deltas.length > 0).length,
          score: all.reduce((sum, { score }) => sum + score, 0),
        });
      }),
    );
  });

  it('ends in the same buckets in whatever order and batches documents come', () => {
    fc.assert(
      fc.property(documents, fc.nat(), fc.nat({ max: 60 }), (all, seed, cut) => {
        const shuffled = all
          .map((document, index) => ({ document, key: (index * 7_919 + seed) % 104_729 }))
          .sort((a, b) => a.key - b.key)
          .map(({ document }) => document);
        const parts = applyChanges(bucketChanges(shuffled.slice(0, cut)), bucketChanges(shuffled.slice(cut)));
        expect(parts).toEqual(bucketChanges(all));
      }),
    );
  });

  it('moves a story to where an earlier telling puts it', () => {
    const later = { publishedAt: BASE + HOUR, label: 'negative' as const, score: -1 };
    const first = bucketChanges([{ ...later, deltas: [{ at: BASE + HOUR, label: 'negative', delta: 1 }] }]);
    const moved = bucketChanges([
      {
        publishedAt: BASE,
        label: 'neutral',
        score: 0,
        deltas: [
          { at: BASE + HOUR, label: 'negative', delta: -1 },
          { at: BASE, label: 'neutral', delta: 1 },
        ],
      },
    ]);
    expect(applyChanges(first, moved).map(({ start, stories }) => [start - BASE, stories.negative, stories.neutral])).toEqual([
      [0, 0, 1],
      [HOUR, 0, 0],
    ]);
  });
});

describe('dueMerges', () => {
  it('merges minutes after a week and hours after a year, whole days at once', () => {
    const now = BASE + 400 * DAY + 5 * HOUR;
    expect(dueMerges(now)).toEqual([
      { from: MINUTE, into: HOUR, before: BASE + 393 * DAY },
      { from: HOUR, into: DAY, before: BASE + 35 * DAY },
    ]);
  });
});

describe('trendPoints', () => {
  it('gives a valid point a step, empty ones too, with all counts of the time asked for', () => {
    fc.assert(
      fc.property(documents, fc.constantFrom(MINUTE, 5 * MINUTE, HOUR, DAY), (all, step) => {
        const points = trendPoints(bucketChanges(all), BASE, BASE + 3 * DAY + 1, step);
        expect(points).toHaveLength(Math.ceil((3 * DAY + 1) / step));
        points.forEach((point, index) => expect(Date.parse(point.start)).toBe(BASE + index * step));
        expect(points.reduce((sum, point) => sum + totalOf(point.documents), 0)).toBe(all.length);
        for (const point of points.filter(({ documents: counts }) => totalOf(counts) > 0).slice(0, 5)) windowAggregateSchema.parse(point);
      }),
      { numRuns: 25 },
    );
  });

  it('leaves out what lies before and after, and has no mean where there are no documents', () => {
    const at = (publishedAt: number): CountedDocument => ({ publishedAt, label: 'negative', score: -0.5, deltas: [] });
    const points = trendPoints(bucketChanges([at(BASE - 1), at(BASE + MINUTE), at(BASE + 2 * HOUR)]), BASE, BASE + 2 * HOUR, HOUR);
    expect(points.map(({ documents: counts, meanScore }) => [counts.negative, meanScore])).toEqual([
      [1, -0.5],
      [0, null],
    ]);
  });

  it.each([
    [90_000, BASE + DAY],
    [0, BASE + DAY],
    [MINUTE, BASE + 365 * DAY],
  ])('refuses a step of %d ms up to %d', (step, to) => {
    expect(() => trendPoints([], BASE, to, step)).toThrow(expect.objectContaining({ code: 'wrong-use' }));
  });
});
