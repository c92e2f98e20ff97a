import { writeFileSync } from 'node:fs';
import { Random } from '../src/random';

const GOOD = ['profit is up', 'sales are strong', 'growth is excellent', 'the result is good'];
const BAD = ['profit is down', 'sales are poor', 'growth is slow', 'the result is terrible'];
const TOPICS: Record<string, string[]> = {
  staff: ['the staff', 'the new manager', 'the team'],
  goods: ['the new phone', 'the laptop', 'the camera'],
};
const PLACES = ['north', 'south', 'city', 'island', 'river'];
const OPENERS = ['today', 'monday', 'this month', 'again', 'in april', 'in summer', 'this week', 'at last'];

/** A row of two tasks: what is said about `pair`, or about everything where there is none, and what the text is about. */
export interface TinyTaskRow {
  text: string;
  pair?: string;
  label?: string;
  topics?: string[];
}

/** Rows that a tiny encoder learns in seconds. Every fifth lacks the label, every seventh the topics, and a third has no pair. */
export function tinyTaskRows(count: number, seed = 1): TinyTaskRow[] {
  const random = new Random(seed);
  const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)];
  const rows = new Map<string, TinyTaskRow>();
  while (rows.size < count) {
    const at = rows.size;
    const topics = Object.keys(TOPICS).filter(() => random.uniform() < 0.6);
    const label = at % 2 === 0 ? 'good' : 'bad';
    const place = pick(PLACES);
    const about = topics.map((topic) => `with ${pick(TOPICS[topic])}`).join(' ');
    const text = `${pick(OPENERS)} ${place} ${pick(label === 'good' ? GOOD : BAD)} ${about} ${pick(OPENERS)}`.replace(/ +/g, ' ').trim();
    rows.set(text, {
      text,
      ...(at % 3 !== 0 && { pair: place }),
      ...(at % 5 !== 4 && { label }),
      ...((at % 7 !== 6 || at % 5 === 4) && { topics }),
    });
  }
  return [...rows.values()];
}

/** Writes rows as JSON Lines. */
export function writeTinyTasks(path: string, rows: readonly TinyTaskRow[]): void {
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
