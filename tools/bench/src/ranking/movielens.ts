import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { z } from 'zod';

/** Files that a ranking is trained and judged on. */
export interface RankingFiles {
  train: string;
  test: string;
  items: string;
}

const ratingSchema = z.object({ userId: z.string(), movieId: z.string(), rating: z.coerce.number(), timestamp: z.coerce.number() });
const movieSchema = z.object({ movieId: z.string(), title: z.string(), genres: z.string() });
const tagSchema = z.object({ movieId: z.string(), tag: z.string(), timestamp: z.coerce.number() });

/** Ratings from which on a film was liked. */
const LIKED = 4;
/** Liked films from which on a user is looked at. */
const LEAST = 5;
const TEST_SHARE = 0.2;
const TAGS = 12;

/**
 * Makes events and items of a folder of MovieLens (ratings.csv, movies.csv, tags.csv): ratings of 4 and more are the events; of users with five
 * or more the latest fifth, at least one, is the test. A film's text is its title, genres and first tags.
 *
 * @throws AttuneError `missing-file`, `bad-data` where the folder is another
 */
export async function prepareMovieLens(folder: string, work: string): Promise<RankingFiles> {
  const ratings = await readAll(join(folder, 'ratings.csv'), ratingSchema);
  const [movies, tags] = [await readAll(join(folder, 'movies.csv'), movieSchema), await readAll(join(folder, 'tags.csv'), tagSchema)];
  const users = new Map<string, { item: string; at: number }[]>();
  for (const { userId, movieId, rating, timestamp } of ratings) {
    if (rating < LIKED) continue;
    const own = users.get(userId) ?? [];
    own.push({ item: movieId, at: timestamp });
    users.set(userId, own);
  }
  const [train, test]: string[][] = [[], []];
  for (const [user, own] of users) {
    if (own.length < LEAST) continue;
    // Of one moment by their ids as texts, as the other systems on this split are judged.
    own.sort((a, b) => a.at - b.at || (a.item < b.item ? -1 : 1));
    const cut = own.length - Math.max(1, Math.floor(own.length * TEST_SHARE));
    own.forEach(({ item, at }, place) => (place < cut ? train : test).push(`${user},${item},${at}`));
  }
  const items = movies.map(({ movieId, title, genres }) => {
    const year = /\((\d{4})\)\s*$/.exec(title.trim())?.[1] ?? '';
    const kinds = genres.startsWith('(no') ? [] : genres.split('|');
    const text = [title.trim(), kinds.join(', '), tagsOf(movieId, tags).join(', ')].filter((part) => part !== '').join('. ');
    return [movieId, quoted(text), kinds.join('|'), year].join(',');
  });
  await mkdir(work, { recursive: true });
  const write = async (name: string, header: string, rows: readonly string[]): Promise<string> => {
    const path = join(work, name);
    await writeFile(path, `${[header, ...rows].join('\n')}\n`);
    return path;
  };
  return {
    train: await write('train.csv', 'user,item,ts', train),
    test: await write('test.csv', 'user,item,ts', test),
    items: await write('items.csv', 'item,text,genres,year', items),
  };
}

/** Different tags of a film, the earliest first. */
function tagsOf(movie: string, tags: readonly z.infer<typeof tagSchema>[]): string[] {
  const own = tags.filter(({ movieId }) => movieId === movie).sort((a, b) => a.timestamp - b.timestamp || (a.tag < b.tag ? -1 : 1));
  return [...new Map(own.map(({ tag }) => [tag.toLowerCase(), tag] as const).reverse()).values()].reverse().slice(0, TAGS);
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

async function readAll<Row>(file: string, schema: z.ZodType<Row>): Promise<Row[]> {
  const { readRows } = await import('@attune/finetune');
  const rows: Row[] = [];
  for await (const { row, values } of readRows(file)) {
    const read = schema.safeParse(values);
    if (!read.success) {
      throw new AttuneError('bad-data', `${file}, row ${row} is no row of MovieLens.`, {
        remedy: 'Name a folder with ratings.csv, movies.csv and tags.csv.',
        cause: read.error,
      });
    }
    rows.push(read.data);
  }
  return rows;
}
