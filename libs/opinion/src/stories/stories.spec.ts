import fc from 'fast-check';
import { fingerprint, signatureOf, similarity } from './fingerprint';
import type { Telling } from './story';
import { StoryIndex } from './story-index';

const HOUR = 3_600_000;
const WIRE = 'Halden Freight was told to stop its night runs after inspectors found faulty brakes on eleven lorries in Rostock.';

const member = (documentId: string, text: string, hours: number, label: Telling['label'] = 'negative'): Telling => ({
  documentId,
  publishedAt: hours * HOUR,
  label,
  fingerprint: fingerprint(text),
});

function indexOf(...tellings: Telling[]): StoryIndex {
  const index = new StoryIndex();
  for (const telling of tellings) index.link(telling);
  return index;
}

describe('fingerprint', () => {
  it.each([
    ['a repetition mark and an account', `RT @harbourwire: ${WIRE}`],
    ['an address', `${WIRE} https://example.org/a1b2`],
    ['case and punctuation', WIRE.toUpperCase().replaceAll(',', ' -')],
    ['names of those who told it before', `RT harbourwire: RT @desk: ${WIRE}`],
    ['a list of tags', `${WIRE} $HLDF $BRME, #freight #rostock`],
    ['another list of tags', `$PGBL $BRME $HLDF ${WIRE}`],
    ['a word that was cut off', `${WIRE} #frei…`],
    ['a quotation', `“@harbourwire: ${WIRE}”`],
    ['full-width letters', WIRE.replace('Halden', 'Ｈａｌｄｅｎ')],
  ])('does not change with %s', (_what, text) => {
    expect(fingerprint(text)).toBe(fingerprint(WIRE));
  });

  it('keeps cashtags that a text is about, and a text of nothing but tags', () => {
    const verdict = (tag: string): Uint16Array => signatureOf(`$${tag} cut to sell at Pine and Gable`);
    expect(similarity(verdict('HLDF'), verdict('BRME'))).toBeLessThan(1);
    expect(similarity(signatureOf('$HLDF $BRME $PGBL now'), signatureOf('$ABC $DEF $GHI now'))).toBeLessThan(0.1);
  });

  it('estimates the Jaccard similarity of the sets of shingles', () => {
    // 18 words: 16 shingles. With two more words at the end 16 of 18 are shared.
    expect(similarity(signatureOf(WIRE), signatureOf(`${WIRE} More follows.`))).toBeCloseTo(16 / 18, 0.7);
    expect(similarity(signatureOf(WIRE), signatureOf('A new ferry timetable suits the night runs of the carrier well.'))).toBeLessThan(0.1);
  });

  it('knows scripts that do not space their words', () => {
    const story = '该公司宣布召回十一辆刹车有缺陷的卡车并停止夜间运输';
    expect(similarity(signatureOf(story), signatureOf(`快讯${story}`))).toBeGreaterThan(0.6);
    expect(similarity(signatureOf(story), signatureOf('央行维持利率不变市场反应平静投资者观望'))).toBeLessThan(0.1);
  });
});

describe('StoryIndex', () => {
  it('counts a story once, at its first telling', () => {
    const index = new StoryIndex();
    const deltas = [{ at: 2 * HOUR, label: 'negative', delta: 1 }];
    expect(index.link(member('b', WIRE, 2))).toEqual({ storyId: 'b', deltas, merged: [], tellings: 1, known: false });
    const further = { storyId: 'b', deltas: [], merged: [], tellings: 2 };
    expect(index.link(member('c', `${WIRE} More follows.`, 3))).toEqual({ ...further, known: false });
    expect(index.link(member('c', WIRE, 3))).toEqual({ ...further, known: true });
  });

  it('moves a story to a telling that was earlier and came later', () => {
    const index = indexOf(member('b', WIRE, 2, 'neutral'));
    expect(index.link(member('a', WIRE, 1))).toEqual({
      storyId: 'a',
      deltas: [
        { at: 2 * HOUR, label: 'neutral', delta: -1 },
        { at: HOUR, label: 'negative', delta: 1 },
      ],
      merged: ['b'],
      tellings: 2,
      known: false,
    });
  });

  it('keeps stories apart that are told again after days', () => {
    const index = indexOf(member('a', WIRE, 0));
    expect(index.link(member('b', WIRE, 73)).storyId).toBe('b');
    expect(index.link(member('bridge', WIRE, 40))).toMatchObject({ storyId: 'a', merged: ['b'], tellings: 3 });
  });

  it('forgets old documents', () => {
    const index = indexOf(member('a', WIRE, 0), member('b', WIRE, 50));
    index.expire(HOUR);
    expect(index.size).toBe(1);
    expect(index.link(member('c', WIRE, 51))).toMatchObject({ storyId: 'a', tellings: 3 });
  });

  it('remembers what was published in the days before the newest document, and no more', () => {
    const index = new StoryIndex({ memory: 100 * HOUR });
    for (let hour = 0; hour < 1_000; hour += 10) index.link(member(`d${hour}`, `${WIRE} ${hour}`, hour));
    expect(index.size).toBeLessThanOrEqual(13);
    expect(index.link(member('late', `${WIRE} 880`, 885))).toMatchObject({ known: false, merged: [] });
    expect([...index.members()].map(({ publishedAt }) => publishedAt / HOUR).sort((a, b) => a - b)).toEqual([
      885, 890, 900, 910, 920, 930, 940, 950, 960, 970, 980, 990,
    ]);
  });

  it('remembers no more documents than it may, the oldest of which it forgets, also where all are of one moment', () => {
    const index = new StoryIndex({ most: 50 });
    for (let minute = 0; minute < 500; minute++) index.link(member(`d${minute}`, `Lorry ${minute} of ${minute * 7}`, minute / 60));
    expect(index.size).toBeLessThanOrEqual(50);
    expect(Math.min(...[...index.members()].map(({ publishedAt }) => publishedAt / HOUR))).toBeGreaterThan(440 / 60);
    for (let i = 0; i < 500; i++) index.link(member(`same${i}`, WIRE, 10));
    expect(index.size).toBeLessThanOrEqual(50);
    expect(index.link(member('again', WIRE, 10))).toMatchObject({ storyId: 'again', tellings: 501 });
  });

  it('goes on after a restart as if there had been none', () => {
    const index = indexOf(member('b', WIRE, 2), member('x', 'A new ferry timetable suits the night runs of the carrier well.', 3));
    index.link(member('c', WIRE, 4));
    const restored = StoryIndex.restore(index.members());
    expect([...restored.members()]).toEqual([...index.members()]);
    expect(restored.link(member('a', WIRE, 1))).toEqual(index.link(member('a', WIRE, 1)));
  });

  const words = ['brakes', 'permit', 'loss', 'strike', 'ferry', 'bond', 'audit', 'fine', 'delay', 'recall'];
  const documents = fc.uniqueArray(
    fc.record({
      documentId: fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom('a', 'b', 'c', 'd', 'e') }),
      text: fc.array(fc.constantFrom(...words), { minLength: 3, maxLength: 6 }).map((parts) => parts.join(' ')),
      hours: fc.integer({ min: 0, max: 200 }),
      label: fc.constantFrom('negative' as const, 'neutral' as const, 'positive' as const),
    }),
    { selector: ({ documentId }) => documentId, maxLength: 25 },
  );

  it('finds the same stories and counts in whatever order documents come', () => {
    fc.assert(
      fc.property(documents, fc.integer(), (drawn, seed) => {
        const members = drawn.map(({ documentId, text, hours, label }) => member(documentId, text, hours, label));
        const shuffled = members.map((each, i) => ({ each, key: Math.sin(seed + i) })).sort((a, b) => a.key - b.key);
        expect(outcome(shuffled.map(({ each }) => each))).toEqual(outcome(members));
      }),
    );
  });

  /** Stories at the end, and the counts that the deltas add up to. */
  function outcome(members: readonly Telling[]): unknown {
    const index = new StoryIndex();
    const counts = new Map<string, number>();
    const stories = new Map<string, string>();
    for (const each of members) {
      const { storyId, deltas, merged } = index.link(each);
      for (const { at, label, delta } of deltas) counts.set(`${at} ${label}`, (counts.get(`${at} ${label}`) ?? 0) + delta);
      for (const [documentId, story] of stories) if (merged.includes(story)) stories.set(documentId, storyId);
      stories.set(each.documentId, storyId);
    }
    const counted = [...counts].filter(([, count]) => count !== 0).sort();
    expect(counted.reduce((sum, [, count]) => sum + count, 0)).toBe(new Set(stories.values()).size);
    return { counted, stories: [...stories].sort() };
  }
});
