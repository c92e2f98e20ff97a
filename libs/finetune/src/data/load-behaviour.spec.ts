import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textNormalizationSchema } from '@attune/artifact';
import { loadBehaviour, loadItems, type ItemColumns, type ItemFile } from './load-behaviour';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-behaviour-'));
  file = join(folder, 'rows.csv');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('events', () => {
  it('are read with times of any unit, types and values', async () => {
    writeFileSync(file, 'value,user,item,ts,type\n4.5,u 1,7,1000000000,viewed\n,u2,8,2001-09-09T01:46:40Z,\n');
    const { events } = await loadBehaviour(file);
    expect(events).toEqual([
      { user: 'u 1', item: '7', at: 1e12, type: 'viewed', value: 4.5 },
      { user: 'u2', item: '8', at: 1e12 },
    ]);
  });

  it.each([
    ['lack a column', 'user,item\n1,2\n', 'missing-column', 'has no column "ts" for the event time'],
    ['name a column a little otherwise', 'user,item,tz\n1,2,3\n', 'missing-column', 'no column "ts"'],
    ['are of an empty file', '', 'bad-data', 'is empty'],
    ['have no rows', 'user,item,ts\n', 'bad-data', 'has no rows'],
    ['have a negative time', 'user,item,ts\n1,2,5\n1,2,-5\n', 'bad-data', 'row 2: the time -5 is before 1970'],
    ['have a time that is no number', 'user,item,ts\n1,2,soon\n', 'bad-data', 'row 1: column "ts": the time "soon" cannot be read'],
    ['lack a time', 'user,item,ts\n1,2,\n', 'bad-data', 'row 1: there is no ts'],
    ['lack a user', 'user,item,ts\n ,2,3\n', 'bad-data', 'row 1: there is no user'],
    [
      'have a value that is no number',
      'user,item,ts,value\n1,2,3,much\n',
      'bad-data',
      'row 1: column "value": "much" is not a finite number',
    ],
  ])('are refused where they %s', async (_, text, code, message) => {
    writeFileSync(file, text);
    await expect(loadBehaviour(file)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  it('are refused where they lie in the future', async () => {
    writeFileSync(file, 'user,item,ts\n1,2,2000\n');
    await expect(loadBehaviour(file, { latest: 1e6 })).rejects.toMatchObject({
      message: expect.stringContaining('in the future') as string,
    });
  });
});

describe('items', () => {
  const load = (columns: Partial<ItemColumns> = {}): Promise<ItemFile> =>
    loadItems(file, { separator: '|', ...columns }, { normalization: textNormalizationSchema.parse({}) });

  it('have categories and numbers by what their columns hold', async () => {
    writeFileSync(file, 'item,text,topics,year,note\n1,First  text,war|art,1990,\n2,,,,\n3,Third,art,1991.5,x1\n');
    expect(await load()).toMatchObject({
      items: [
        { id: '1', text: 'First text', categories: { topics: ['war', 'art'] }, numbers: { year: 1990 } },
        { id: '2', text: '', categories: {}, numbers: {} },
        { id: '3', text: 'Third', categories: { topics: ['art'], note: ['x1'] }, numbers: { year: 1991.5 } },
      ],
      categories: ['topics', 'note'],
      numbers: ['year'],
      withoutText: 1,
    });
  });

  it('are read with their titles before their texts, unless a title is an attribute', async () => {
    writeFileSync(file, 'item,text,title\n1,A text.,A title\n2,,Alone\n');
    expect((await load()).items.map(({ text }) => text)).toEqual(['A title A text.', 'Alone']);
    expect((await load()).categories).toEqual([]);
    expect((await load({ categories: ['title'] })).items[0]).toMatchObject({ text: 'A text.', categories: { title: ['A title'] } });
  });

  it('have the attributes that are named alone, and a time of publication', async () => {
    writeFileSync(file, 'item,text,topics,year,out\n1,a,x,1990,2001-09-09T01:46:40Z\n');
    const { items } = await load({ categories: ['year'], publishedAt: 'out' });
    expect(items).toEqual([{ id: '1', text: 'a', categories: { year: ['1990'] }, numbers: {}, publishedAt: 1e12 }]);
  });

  it.each([
    ['lack the text', 'item\n1\n', {}, 'no column "text"'],
    ['lack an attribute that is named', 'item,text\n1,a\n', { numbers: ['price'] }, 'no column "price" for the attribute'],
    ['come twice', 'item,text\n1,a\n2,b\n1,c\n', {}, 'row 3: the item "1" came before'],
    ['have no id', 'item,text\n,a\n', {}, 'row 1: there is no item'],
    ['have a number that is none', 'item,text,price\n1,a,2\n2,b,dear\n', { numbers: ['price'] }, 'row 2: column "price": "dear"'],
  ])('are refused where they %s', async (_, text, columns, message) => {
    writeFileSync(file, text);
    await expect(load(columns)).rejects.toMatchObject({ message: expect.stringContaining(message) as string });
  });
});
