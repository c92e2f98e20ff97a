import { groupByMeaning } from './group-by-meaning';

describe('groupByMeaning', () => {
  const at = (degrees: number): Float32Array => Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));

  it('puts near texts together, and names the one in their middle', async () => {
    const groups = await groupByMeaning([0, 10, 5, 90, 95].map(at), 0.95);
    expect(groups).toEqual([
      { members: [0, 1, 2], representative: 2 },
      { members: [3, 4], representative: 3 },
    ]);
  });

  it('leaves texts without a direction alone, and nothing empty', async () => {
    expect(await groupByMeaning([], 0.5)).toEqual([]);
    expect(await groupByMeaning([new Float32Array(2), new Float32Array(2)], 0.5)).toEqual([
      { members: [0], representative: 0 },
      { members: [1], representative: 1 },
    ]);
  });
});
