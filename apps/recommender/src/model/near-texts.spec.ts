import type { RankingHead } from '@attune/artifact';
import { Catalogue, FEATURES } from '@attune/ranking';
import { NearTexts } from './near-texts';

const ITEMS = 200;

/** The text of an item: a direction in the plane, one after the other. */
function direction(place: number): Float32Array {
  const angle = (2 * Math.PI * place) / ITEMS;
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
}

function catalogueOf(items: number): Catalogue {
  const none = new Float32Array(0);
  const head: RankingHead = {
    scoring: {
      behaviour: { typeWeights: {}, defaultWeight: 1, recency: 5, tasteRecency: 5, longestHistory: 100, popularityDays: 30 },
      features: FEATURES.map((name) => ({ name, mean: 0, deviation: 1, weight: 0 })),
      calibration: { scores: [0, 1], probabilities: [0, 1] },
      numbers: {},
      categories: [],
      trainedAt: 0,
    },
    items: [],
    textVectors: none,
    textWidth: 2,
    matchVectors: none,
    matchWidth: 0,
    matchProjection: none,
    collaborative: { neighbours: new Int32Array(0), weights: none, width: 1 },
  };
  const catalogue = new Catalogue(head);
  for (let place = 0; place < items; place++) catalogue.upsert({ id: `item ${place}`, vector: direction(place) });
  return catalogue;
}

describe('texts that are near', () => {
  const wanted = new Set<number>();
  let catalogue: Catalogue;
  let near: NearTexts;
  const ending = new AbortController();

  beforeEach(() => {
    catalogue = catalogueOf(ITEMS);
    wanted.clear();
    for (let place = 0; place < ITEMS; place++) wanted.add(place);
    near = new NearTexts(catalogue, (place) => wanted.has(place));
  });

  const change = (id: string, vector: Float32Array | undefined): void => {
    const place = catalogue.upsert({ id, ...(vector && { vector }) });
    wanted.add(place);
    near.put(place);
  };

  it('are found nowhere before all are in, then nearest first', async () => {
    expect(near.search(direction(7), 3)).toBeUndefined();
    await near.fill(ending.signal);
    expect(near.answers).toBe(true);
    expect(near.search(direction(7.2), 3)).toEqual([7, 8, 6]);
  });

  it('are those of what is to be found, and has a text', async () => {
    wanted.delete(7);
    catalogue.upsert({ id: 'item 8' });
    await near.fill(ending.signal);
    expect(near.search(direction(7.2), 2)).toEqual([6, 9]);
    expect([6, 7, 8].map((place) => near.holds(place))).toEqual([true, false, false]);
  });

  it('follow every change, once they are in', async () => {
    await near.fill(ending.signal);
    change('item 7', direction(100.4));
    expect(near.search(direction(100.4), 2)).toEqual([7, 100]);
    expect(near.search(direction(7), 1)).not.toEqual([7]);
    change('new', direction(50.4));
    expect(near.search(direction(50.4), 1)).toEqual([ITEMS]);
    change('item 100', undefined);
    expect(near.search(direction(100), 2)).toEqual([7, 101]);
    wanted.delete(101);
    near.put(101);
    expect(near.search(direction(101), 2)).toEqual([7, 102]);
    wanted.add(101);
    near.put(101);
    expect(near.search(direction(101), 1)).toEqual([101]);
  });

  it('follow what changes while they are put in', async () => {
    const filling = near.fill(ending.signal);
    await new Promise(setImmediate);
    change('item 0', direction(60.4));
    change(`item ${ITEMS - 1}`, direction(30.4));
    change('new', direction(90.4));
    expect(near.answers).toBe(false);
    await filling;
    expect([60.4, 30.4, 90.4].map((at) => near.search(direction(at), 1)?.[0])).toEqual([0, ITEMS - 1, ITEMS]);
  });

  it('are not waited for by one who goes', async () => {
    const going = new AbortController();
    const filling = near.fill(going.signal);
    going.abort();
    await filling;
    expect(near.answers).toBe(false);
    expect(near.search(direction(1), 1)).toBeUndefined();
  });
});
