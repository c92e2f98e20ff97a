import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { catalogItemSchema } from '@attune/contracts';
import { parse } from 'csv-parse/sync';

type Article = Record<'item' | 'text' | 'title' | 'category' | 'author' | 'minutes' | 'publishedAt', string>;

const FILE = join(__dirname, 'articles.csv');
const CATEGORIES: Record<string, number> = {
  film: 16,
  food: 17,
  garden: 17,
  health: 17,
  home: 17,
  money: 16,
  music: 16,
  science: 17,
  sport: 17,
  technology: 17,
  travel: 17,
  work: 16,
};

function counts(values: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

/** Letters and digits of a text in lower case, so that spacing, case and punctuation make no difference. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Runs of `length` words. */
function wordRuns(text: string, length: number): string[] {
  const words = wordsOf(text);
  return Array.from({ length: Math.max(0, words.length - length + 1) }, (_, start) => words.slice(start, start + length).join(' '));
}

/** Runs of four characters. */
function characterRuns(text: string): Set<string> {
  const bare = ` ${wordsOf(text).join(' ')} `;
  return new Set(Array.from({ length: bare.length - 3 }, (_, start) => bare.slice(start, start + 4)));
}

/** Share of the runs that two texts have in common (Jaccard's index). */
function similarity(first: ReadonlySet<string>, second: ReadonlySet<string>): number {
  let common = 0;
  for (const run of first) if (second.has(run)) common++;
  return common / (first.size + second.size - common);
}

describe('the example articles', () => {
  const articles: Article[] = parse(readFileSync(FILE, 'utf8'), { columns: true });

  it('are 200 in twelve categories of about the same size', () => {
    expect(articles).toHaveLength(200);
    expect(Object.fromEntries(counts(articles.map(({ category }) => category)))).toEqual(CATEGORIES);
  });

  it('have an id, a title and a text of their own', () => {
    for (const column of ['item', 'title', 'text'] as const) {
      expect(new Set(articles.map((article) => wordsOf(article[column]).join(' '))).size).toBe(articles.length);
    }
    for (const { item } of articles) expect(item).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it('have texts of 35 to 70 words, without space around them', () => {
    for (const { text, title } of articles) {
      const length = text.split(/\s+/).length;
      expect(length).toBeGreaterThanOrEqual(35);
      expect(length).toBeLessThanOrEqual(70);
      expect([text, title]).toEqual([text.trim(), title.trim()]);
      expect(text).toMatch(/^\p{Lu}.*[.!?]$/u);
    }
  });

  it('are no two nearly the same', () => {
    const runs = articles.map(({ text }) => characterRuns(text));
    const near = runs.flatMap((run, place) => runs.slice(0, place).filter((other) => similarity(run, other) > 0.2));
    expect(near).toEqual([]);
  });

  it('share no phrase of seven words, as texts from one mould would, and open in words of their own', () => {
    const phrases = articles.flatMap(({ text }) => [...new Set(wordRuns(text, 7))]);
    expect([...counts(phrases)].filter(([, count]) => count > 1)).toEqual([]);
    const openings = counts(articles.map(({ text }) => wordRuns(text, 3)[0]));
    expect([...openings].filter(([, count]) => count > 2)).toEqual([]);
  });

  it('are by thirty authors with three articles or more, who write in one to four categories', () => {
    const authors = [...counts(articles.map(({ author }) => author)).keys()];
    expect(authors).toHaveLength(30);
    for (const author of authors) {
      const own = articles.filter((article) => article.author === author);
      expect(own.length).toBeGreaterThanOrEqual(3);
      expect(new Set(own.map(({ category }) => category)).size).toBeLessThanOrEqual(4);
    }
  });

  it('were published from September to February in every category, in the order of the file', () => {
    const times = articles.map(({ publishedAt }) => publishedAt);
    expect(times).toEqual([...times].sort());
    expect([times[0].slice(0, 10), times[199].slice(0, 7)]).toEqual(['2025-09-01', '2026-02']);
    for (const category of Object.keys(CATEGORIES)) {
      const months = new Set(articles.filter((article) => article.category === category).map(({ publishedAt }) => publishedAt.slice(0, 7)));
      expect(months.size).toBe(6);
    }
  });

  it('take three to nine minutes to read', () => {
    for (const { minutes } of articles) expect(minutes).toMatch(/^[3-9]$/);
  });

  it('are items as the service takes them', () => {
    for (const { item, text, title, category, publishedAt, author, minutes } of articles) {
      const attributes = { author, minutes: Number(minutes) };
      expect(catalogItemSchema.safeParse({ id: item, text, title, category, publishedAt, attributes }).error).toBeUndefined();
    }
  });

  it('fit a file below 200 kB', () => {
    expect(statSync(FILE).size).toBeLessThan(200_000);
  });
});
