import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../random';
import { BackOffWords } from './back-off';
import { changeText, type ChangeOptions } from './change-text';
import { loadSynonyms } from './synonyms';
import { insertWord, joinWords, removeWord, splitWords } from './words';

const NOTHING = { swap: 0, delete: 0, replace: 0, insert: 0, backOff: 0 };
const TEXT = 'Where is my parcel, please? It was sent on Monday.';

/** Many changed copies of a text. */
function copies(keys: Partial<ChangeOptions['keys']>, options: Omit<ChangeOptions, 'keys'> = {}, text = TEXT, kept?: string): string[] {
  const random = new Random(5);
  return Array.from({ length: 60 }, () => changeText(text, kept, { keys: { ...NOTHING, ...keys }, ...options }, random));
}

const sorted = (text: string): string[] => splitWords(text).words.sort();

describe('words', () => {
  it.each([TEXT, '我的包裹在哪里？', '  two  spaces ', '...', '', "don't — stop"])('are cut out of %j and put together again', (text) => {
    expect(joinWords(splitWords(text))).toBe(text);
  });

  it('go with one space, and come with one where the text has spaces', () => {
    const text = splitWords('where is it?');
    removeWord(text, 2);
    expect(joinWords(text)).toBe('where is?');
    removeWord(text, 0);
    expect(joinWords(text)).toBe('is?');
    insertWord(text, 1, 'lost');
    insertWord(text, 0, 'it');
    expect(joinWords(text)).toBe('it is lost?');
    const chinese = splitWords('包裹在哪里？');
    insertWord(chinese, 0, '我的');
    expect(joinWords(chinese)).toBe('我的包裹在哪里？');
  });
});

describe('changed texts', () => {
  it('have the same words in another order when words are swapped', () => {
    const changed = copies({ swap: 0.1 });
    expect(new Set(changed.map((text) => sorted(text).join()))).toEqual(new Set([sorted(TEXT).join()]));
    expect(new Set(changed).size).toBeGreaterThan(20);
  });

  it('lack some words, and never all, when words are deleted', () => {
    const counts = copies({ delete: 0.2 }).map((text) => sorted(text).length);
    expect(counts.reduce((sum, count) => sum + count, 0) / counts.length / 10).toBeCloseTo(0.8, 1);
    expect(copies({ delete: 1 }).every((text) => sorted(text).length === 1)).toBe(true);
    expect(copies({ delete: 1 }, {}, 'one')).toEqual(new Array(60).fill('one'));
  });

  it('have words of the list, and only of it, in the place of others or beside them', () => {
    const synonyms = new Map([['parcel', ['package', 'box']]]);
    const replaced = new Set(copies({ replace: 0.1 }, { synonyms }));
    expect(replaced).toEqual(new Set([TEXT.replace('parcel', 'package'), TEXT.replace('parcel', 'box')]));
    for (const text of copies({ insert: 0.1 }, { synonyms })) {
      const { words } = splitWords(text);
      expect(words).toHaveLength(11);
      expect(words.filter((word) => word !== 'package' && word !== 'box').sort()).toEqual(sorted(TEXT));
    }
    expect(new Set(copies({ replace: 1 }, { synonyms: new Map() }))).toEqual(new Set([TEXT]));
  });

  it('keep the words of the second text where they are', () => {
    for (const text of copies({ swap: 0.5, delete: 0.5 }, {}, TEXT, 'parcel Monday')) {
      expect(splitWords(text).words).toEqual(expect.arrayContaining(['parcel', 'Monday']));
    }
  });

  it('take words that follow many others where what follows is free', () => {
    // What follows "new" is never the same; after "san" comes "francisco", always.
    const texts = ['new shoes', 'new lamp', 'new coat', 'san francisco', 'san francisco', 'san francisco', 'old coat', 'my coat'];
    const backOff = new BackOffWords(texts);
    expect(backOff.rate('new', 0.6)).toBeCloseTo(0.6, 12);
    expect(backOff.rate('san', 0.6)).toBeCloseTo(0.2, 12);
    const random = new Random(2);
    const drawn = Array.from({ length: 600 }, () => backOff.draw(random));
    const shareOf = (word: string): number => drawn.filter((one) => one === word).length / drawn.length;
    // Before "coat" stand three kinds of words, before the others one.
    expect(shareOf('coat')).toBeCloseTo(0.5, 1);
    expect(shareOf('francisco')).toBeCloseTo(1 / 6, 1);
    expect(shareOf('new')).toBe(0);
    expect(new BackOffWords(['one', 'two']).draw(random)).toBeUndefined();
    expect(copies({ backOff: 1 }, { backOff }, 'new san').some((text) => text !== 'new san')).toBe(true);
  });
});

describe('a list of synonyms', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-synonyms-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const load = async (text: string): Promise<Record<string, readonly string[]>> => {
    const file = join(folder, 'words.txt');
    await writeFile(file, text);
    return Object.fromEntries((await loadSynonyms(file)).synonyms);
  };

  it('gives the other words of each line', async () => {
    expect(await load('\uFEFF# shop\r\nparcel, Package , box\r\n\r\nbox, crate\r\n包裹，快递\n')).toEqual({
      parcel: ['Package', 'box'],
      package: ['parcel', 'box'],
      box: ['parcel', 'Package', 'crate'],
      crate: ['box'],
      包裹: ['快递'],
      快递: ['包裹'],
    });
  });

  it.each([
    ['one word on a line', 'parcel, box\nlamp\n', 'bad-data', /words.txt, line 2: "lamp" has no second word/],
    ['nothing', '# nothing\n', 'bad-data', /holds no synonyms/],
  ])('is refused with %s', async (_, text, code, message) => {
    await expect(load(text)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('is missed where there is none', async () => {
    await expect(loadSynonyms(join(folder, 'none.txt'))).rejects.toMatchObject({ code: 'missing-file' });
  });
});
