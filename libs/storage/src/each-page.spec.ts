import { eachPage } from './each-page';

describe('the pages of a list', () => {
  const pagesOf = async (length: number): Promise<{ pages: number[][]; reads: number }> => {
    const pages: number[][] = [];
    let reads = 0;
    const read = (last = 0): Promise<number[]> => {
      reads++;
      return Promise.resolve([1, 2].map((step) => last + step).filter((row) => row <= length));
    };
    for await (const page of eachPage(2, read)) pages.push(page);
    return { pages, reads };
  };

  it('are read until one is not full, each after the last row of the one before', async () => {
    expect(await pagesOf(3)).toEqual({ pages: [[1, 2], [3]], reads: 2 });
  });

  it('are none with nothing in it', async () => {
    expect(await pagesOf(2)).toEqual({ pages: [[1, 2]], reads: 2 });
    expect(await pagesOf(0)).toEqual({ pages: [], reads: 1 });
  });
});
