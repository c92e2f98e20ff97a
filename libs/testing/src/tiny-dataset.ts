import { writeFileSync } from 'node:fs';
import { seededUniform } from './seeded-random';

export interface TinyDatasetOptions {
  rows?: number;
  seed?: number;
  /**
   * - `classification`: columns text,label with the labels account, delivery and refund, equally often.
   * - `multi-label`: the same labels, one to three a row, joined by `|`.
   * - `regression`: columns text,score with a score from -1 (terrible) to 1 (excellent).
   */
  task?: 'classification' | 'multi-label' | 'regression';
  /** Splits each text over the columns text and pair. */
  pair?: boolean;
}

export interface TinyDatasetRow {
  text: string;
  pair?: string;
  /** The cell of the label column, as written. */
  label: string;
}

const openers = [
  'hello',
  'hi there',
  'please help',
  'good morning',
  'hey',
  'i need help',
  'sorry',
  'dear team',
  'quick question',
  'i have a problem',
  'good evening',
  'thanks',
];
const closers = [
  'please',
  'thanks',
  'can you help',
  'i am waiting',
  'as soon as possible',
  'what can i do',
  'today',
  'it is important',
  'this is the second time',
  'let me know',
  'i am not happy',
  'thank you',
];
const things = [
  'shirt',
  'lamp',
  'phone',
  'laptop',
  'coat',
  'table',
  'shoes',
  'camera',
  'book',
  'chair',
  'dress',
  'charger',
  'watch',
  'clock',
];

/** Each clause has one place for a thing, written `*`. */
const clauses: Record<string, string[]> = {
  account: [
    'i forgot the password when i wanted the *',
    'i cannot log in to buy a *',
    'my account is locked since i ordered a *',
    'change the email of my profile for the *',
    'the login page fails when i choose a *',
    'reset my password so i can see the *',
  ],
  delivery: [
    'the parcel with the * has not arrived',
    'where is the shipment of my *',
    'the courier is late with the *',
    'tracking says the * is still on the road',
    'when will the * be delivered',
    'the driver left the * at the wrong house',
  ],
  refund: [
    'i want my money back for the *',
    'the * was charged twice',
    'i returned the * and got no refund',
    'pay me back for the broken *',
    'how long does the refund for a * take',
    'you still have not refunded the *',
  ],
};

const tones: [string, number][] = [
  ['terrible', -1],
  ['awful', -1],
  ['bad', -0.5],
  ['poor', -0.5],
  ['okay', 0],
  ['normal', 0],
  ['good', 0.5],
  ['nice', 0.5],
  ['excellent', 1],
  ['wonderful', 1],
];

/**
 * Writes a small labelled CSV that a tiny encoder learns in seconds: the words that tell the labels apart are whole pieces
 * of its vocabulary. Same options, same file. No text occurs twice. Returns the rows as written.
 */
export function writeTinyDataset(path: string, options: TinyDatasetOptions = {}): TinyDatasetRow[] {
  const { rows: count = 240, seed = 1, task = 'classification', pair = false } = options;
  const uniform = seededUniform(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(uniform() * items.length)];
  const clause = (label: string): string => pick(clauses[label]).replace('*', pick(things));
  const labels = Object.keys(clauses);
  const seen = new Set<string>();
  const rows: TinyDatasetRow[] = [];
  while (rows.length < count) {
    let middle: string;
    let label: string;
    if (task === 'regression') {
      const [first, second] = [pick(tones), pick(tones)];
      middle = `the ${pick(things)} is ${first[0]} and the service is ${second[0]}`;
      label = String((first[1] + second[1]) / 2);
    } else if (task === 'multi-label') {
      const chosen = labels.filter(() => uniform() < 0.5);
      if (chosen.length === 0) chosen.push(pick(labels));
      middle = chosen.map(clause).join(' and ');
      label = chosen.join('|');
    } else {
      label = labels[rows.length % labels.length];
      middle = clause(label);
    }
    const [opener, closer] = [pick(openers), pick(closers)];
    const text = `${opener} ${middle} ${closer}`;
    if (seen.has(text)) continue;
    seen.add(text);
    rows.push(pair ? { text: `${opener} ${closer}`, pair: middle, label } : { text, label });
  }
  const lines = rows.map((row) => (row.pair === undefined ? `${row.text},${row.label}` : `${row.text},${row.pair},${row.label}`));
  const labelColumn = task === 'regression' ? 'score' : 'label';
  writeFileSync(path, `${pair ? 'text,pair' : 'text'},${labelColumn}\n${lines.join('\n')}\n`);
  return rows;
}
