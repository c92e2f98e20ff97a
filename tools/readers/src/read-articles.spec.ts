import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArticles } from './read-articles';

describe('readArticles', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'readers-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = async (...lines: string[]): ReturnType<typeof readArticles> => {
    const path = join(folder, 'articles.csv');
    await writeFile(path, lines.map((line) => `${line}\n`).join(''));
    return readArticles(path);
  };
  const HEADER = 'item,text,category,publishedAt,author';

  it('reads what the simulation looks at, and leaves other columns alone', async () => {
    expect(await read(`${HEADER},minutes`, 'sash,"Free it, gently.",home,2025-09-01T06:30:00Z,Ines Maddox,4')).toEqual([
      { item: 'sash', text: 'Free it, gently.', title: '', category: 'home', author: 'Ines Maddox', publishedAt: 1_756_708_200_000 },
    ]);
  });

  it.each([
    { fault: 'a category that is missing', lines: [HEADER, 'a,text,home,2025-09-01,A', 'b,text,,2025-09-01,A'], says: /row 2: category/ },
    { fault: 'a time that is none', lines: [HEADER, 'a,text,home,soon,A'], says: /row 1: publishedAt: is no time/ },
    { fault: 'a column that is missing', lines: ['item,text,category', 'a,text,home'], says: /row 1: publishedAt/ },
    {
      fault: 'an item that came before',
      lines: [HEADER, 'a,one,home,2025-09-01,A', 'a,two,home,2025-09-02,A'],
      says: /row 2: the item a came/,
    },
    { fault: 'a file without articles', lines: [HEADER], says: /has no articles/ },
    { fault: 'a row with a cell too many', lines: [HEADER, 'a,one,home,2025-09-01,A,more'], says: /is no CSV file/ },
  ])('refuses $fault', async ({ lines, says }) => {
    await expect(read(...lines)).rejects.toMatchObject({ code: 'bad-data', message: expect.stringMatching(says) });
  });

  it('says which file is not there', async () => {
    await expect(readArticles(join(folder, 'none.csv'))).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining('none.csv'),
    });
  });
});
