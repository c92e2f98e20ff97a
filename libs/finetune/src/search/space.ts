import { AttuneError } from '@attune/artifact';
import { closest } from 'fastest-levenshtein';
import { describeHeadConfig } from '../config/config-keys';
import type { SearchConfig, SearchedKey } from '../config/search-config';

/** A value of a key of head.yaml that a search may choose. */
export type ParameterValue = string | number | boolean;

/** Chosen values by the dotted path of their key. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** A key that is searched among values without an order. */
export interface ChoiceDimension {
  kind: 'choice';
  path: string;
  values: readonly ParameterValue[];
}

/** A key that is searched between two numbers, both of them possible. */
export interface RangeDimension {
  kind: 'range';
  path: string;
  min: number;
  max: number;
  /** Whether numbers are as likely by their logarithm as by themselves otherwise. */
  log: boolean;
  integer: boolean;
}

/** One key that is searched. */
export type Dimension = ChoiceDimension | RangeDimension;

/** Sections and keys that decide what is learnt from or judged by; a search among them would compare what is not alike. */
const FIXED = new Set(['data', 'task', 'tasks', 'seed', 'export', 'search', 'outOfScope', 'normalization']);

/**
 * The dimensions of a search space.
 *
 * @throws AttuneError `bad-config` for a space with nothing in it, for keys that head.yaml does not have or that are not searched, and for
 * ranges that hold nothing, all faults at once
 */
export function searchDimensions({ space }: Pick<SearchConfig, 'space'>): Dimension[] {
  const entries = Object.entries(space);
  if (entries.length === 0) {
    throw new AttuneError('bad-config', 'search.space holds no key: there is nothing to search.', {
      remedy: 'Name keys of head.yaml with what they may be: optimizer.learningRate: { min: 1.0e-5, max: 5.0e-4, scale: log }.',
    });
  }
  const known = searchablePaths();
  const faults = entries.flatMap(([path, key]) => keyFaults(path, key, known).map((fault) => `  search.space ${path}: ${fault}`));
  if (faults.length > 0) throw new AttuneError('bad-config', ['the search space is not valid:', ...faults].join('\n'));
  return entries.map(([path, key]) => dimensionOf(path, key));
}

function searchablePaths(): string[] {
  return describeHeadConfig().flatMap(({ name, keys }) => keys.flatMap(({ path }) => (FIXED.has(name ?? path) ? [] : [path])));
}

function keyFaults(path: string, key: SearchedKey, known: readonly string[]): string[] {
  if (FIXED.has(path.split('.')[0])) return ['is not searched: trials must learn from, and be judged by, the same'];
  if (!known.includes(path)) return [`head.yaml has no such key; did you mean ${closest(path, known)}?`];
  if (Array.isArray(key)) return new Set(key).size === key.length ? [] : ['names a value twice'];
  const { min, max, scale, integer } = key;
  const faults: string[] = [];
  if (!(min < max)) faults.push(`min must be below max, and they are ${min} and ${max}`);
  if (scale === 'log' && min <= 0) faults.push(`a log scale begins above 0, and min is ${min}`);
  if (integer && !(Number.isInteger(min) && Number.isInteger(max))) faults.push('min and max must be whole where integer is true');
  return faults;
}

function dimensionOf(path: string, key: SearchedKey): Dimension {
  if (Array.isArray(key)) return { kind: 'choice', path, values: key };
  return { kind: 'range', path, min: key.min, max: key.max, log: key.scale === 'log', integer: key.integer };
}

/**
 * The scale on which a range is searched: its ends, widened by a half where it holds whole numbers, and by logarithm where it is asked for.
 */
export function searchScale({ min, max, log, integer }: RangeDimension): { low: number; high: number } {
  const [first, last] = integer ? [Math.max(min - 0.5, log ? min / 2 : -Infinity), max + 0.5] : [min, max];
  return log ? { low: Math.log(first), high: Math.log(last) } : { low: first, high: last };
}

/** A value of a range from its place on the search scale. */
export function fromScale({ min, max, log, integer }: RangeDimension, place: number): number {
  const value = log ? Math.exp(place) : place;
  const within = Math.min(max, Math.max(min, integer ? Math.round(value) : value));
  // More digits than these would be noise in the file that people read.
  return integer ? within : Number(within.toPrecision(6));
}

/** Where a value of a range lies on the search scale. */
export function toScale({ log }: RangeDimension, value: number): number {
  return log ? Math.log(value) : value;
}
