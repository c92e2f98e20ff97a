import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { Command, InvalidArgumentError } from 'commander';
import { toCsv } from './event-file';
import { readArticles } from './read-articles';
import { DEFAULT_SIMULATION, firstDay, simulateReaders, WEEK, type SimulatedEvent } from './simulate-readers';

interface Options {
  items: string;
  out: string;
  readers: number;
  weeks: number;
  testWeeks: number;
  seed: number;
  noise: number;
}

/** Writes `events.csv`, and where weeks are kept for a test `test.csv` with the events of the last ones. */
async function simulate({ items, out, testWeeks, ...options }: Options): Promise<void> {
  if (testWeeks >= options.weeks)
    throw new AttuneError('wrong-use', `--test-weeks ${testWeeks} leaves nothing of ${options.weeks} weeks to learn from.`);
  const articles = await readArticles(items);
  const events = simulateReaders(articles, options);
  const cut = firstDay(articles) + (options.weeks - testWeeks) * WEEK;
  const files: [string, SimulatedEvent[]][] = [['events.csv', events.filter(({ at }) => at < cut)]];
  if (testWeeks > 0) files.push(['test.csv', events.filter(({ at }) => at >= cut)]);
  await mkdir(out, { recursive: true });
  for (const [name, rows] of files) {
    await writeFile(join(out, name), toCsv(rows));
    const users = new Set(rows.map(({ user }) => user)).size;
    console.error(`${rows.length.toLocaleString('en')} events of ${users.toLocaleString('en')} readers in ${join(out, name)}.`);
  }
}

function wholeNumber(least: number): (value: string) => number {
  return (value) => {
    if (!/^\d{1,9}$/.test(value) || Number(value) < least)
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return Number(value);
  };
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return number;
}

async function main(): Promise<void> {
  const { readers, weeks, seed, noise } = DEFAULT_SIMULATION;
  try {
    await new Command('readers')
      .description('simulate what readers do with articles, as events for attune train --task ranking')
      .requiredOption('--items <file>', 'articles: CSV with item, text, category, publishedAt and optionally title, author')
      .requiredOption('--out <folder>', 'where events.csv goes')
      .option('--test-weeks <n>', 'last weeks whose events go to test.csv instead', wholeNumber(0), 0)
      .option('--readers <n>', 'how many readers', wholeNumber(1), readers)
      .option('--weeks <n>', 'how many weeks from the first publication', wholeNumber(1), weeks)
      .option('--noise <share>', 'share of the readings that chance alone decides', share, noise)
      .option('--seed <n>', 'of every random choice', wholeNumber(0), seed)
      .action(simulate)
      .parseAsync();
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    console.error([error.message, error.remedy].filter((part) => part !== undefined).join('\n'));
    process.exitCode = error.exitStatus;
  }
}

void main();
