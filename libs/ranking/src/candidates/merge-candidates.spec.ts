import { mergeCandidates } from './merge-candidates';

describe('merging candidates', () => {
  const sources = [
    { name: 'collaborative', places: [1, 2, 3, 4] },
    { name: 'popular', places: [3, 9], share: 0.5 },
  ];
  it('takes turns by their shares', () => expect(mergeCandidates(sources, 4).map(({ place }) => place)).toEqual([1, 2, 3, 4]));
  it('names everything that found an item', () => {
    const merged = mergeCandidates(sources, 10);
    expect(merged.map(({ place }) => place)).toEqual([1, 2, 3, 4, 9]);
    expect(merged[2]).toEqual({ place: 3, sources: ['popular', 'collaborative'] });
  });
  it('ends where no source may give any', () => expect(mergeCandidates([{ name: 'none', places: [1], share: 0 }], 3)).toEqual([]));
  it('gives no more than asked for', () => expect(mergeCandidates(sources, 1)).toHaveLength(1));
});
