import { AttuneError, type TaskName } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import type { Random } from '../random';
import { textKey } from './duplicates';
import type { Example } from './example';
import { labelsOf } from './labels';

/** The two sides of a split, each in the order of the input. */
export interface Split {
  train: Example[];
  validation: Example[];
}

/** How validation rows are chosen. */
export interface SplitOptions {
  strategy: HeadConfig['data']['split'];
  task: TaskName;
  /** Share of the rows for validation, 0 to 1. */
  share: number;
  random: Random;
  /** File the rows come from, for messages. */
  path?: string;
}

/** Rows that cannot be parted: those of one group, or with one text. */
interface Unit {
  positions: number[];
  /** Rows of the unit by stratum. */
  strata: Map<string, number>;
}

const REGRESSION_STRATA = 10;

/** The strata of each row: its labels, or for a regression its decile. */
function strataOf(examples: Example[], task: TaskName): string[][] {
  if (task !== 'regression') {
    return examples.map((example) => {
      const labels = [...labelsOf(example), ...otherStrata(example)];
      return labels.length > 0 ? labels : ['\u0000none'];
    });
  }
  const order = examples.map((_, position) => position).sort((a, b) => Number(examples[a].label) - Number(examples[b].label));
  const strata: string[][] = examples.map(() => []);
  order.forEach((position, rank) => (strata[position] = [String(Math.floor((rank * REGRESSION_STRATA) / examples.length))]));
  return strata;
}

/** Labels of further tasks are strata, too, each under its task's name; their numbers are not. */
function otherStrata({ otherLabels = {} }: Example): string[] {
  return Object.entries(otherLabels).flatMap(([name, label]) =>
    (typeof label === 'string' ? [label] : typeof label === 'number' ? [] : label).map((one) => `${name}\u0000${one}`),
  );
}

function unitsOf(examples: Example[], strata: string[][], keyOf: (example: Example, position: number) => string): Unit[] {
  const units = new Map<string, Unit>();
  examples.forEach((example, position) => {
    const key = keyOf(example, position);
    const unit = units.get(key) ?? { positions: [], strata: new Map<string, number>() };
    unit.positions.push(position);
    for (const stratum of strata[position]) unit.strata.set(stratum, (unit.strata.get(stratum) ?? 0) + 1);
    units.set(key, unit);
  });
  return [...units.values()];
}

function partition(examples: Example[], validation: Set<number>): Split {
  return {
    train: examples.filter((_, position) => !validation.has(position)),
    validation: examples.filter((_, position) => validation.has(position)),
  };
}

/** Validation rows wanted of each stratum: its share, rounded so that the sum is right (largest remainders). */
function wantedOfStrata(counts: Map<string, number>, share: number, random: Random): Map<string, number> {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const wanted = new Map([...counts].map(([stratum, count]) => [stratum, Math.floor(count * share)]));
  let left = Math.round(total * share) - [...wanted.values()].reduce((sum, count) => sum + count, 0);
  const remainder = (stratum: string): number => ((counts.get(stratum) ?? 0) * share) % 1;
  const byRemainder = random.shuffle([...counts.keys()]).sort((a, b) => remainder(b) - remainder(a));
  for (const stratum of byRemainder) {
    if (left-- <= 0) break;
    wanted.set(stratum, (wanted.get(stratum) ?? 0) + 1);
  }
  return wanted;
}

/**
 * Deals units to validation where that brings every stratum nearer to its share, in random order but the rarest strata first
 * (after Sechidis, Tsoumakas and Vlahavas 2011). A stratum's last unit stays in training.
 */
function dealUnits(units: Unit[], share: number, random: Random): Unit[] {
  const rows = new Map<string, number>();
  const unitsLeft = new Map<string, number>();
  for (const { strata } of units) {
    for (const [stratum, count] of strata) {
      rows.set(stratum, (rows.get(stratum) ?? 0) + count);
      unitsLeft.set(stratum, (unitsLeft.get(stratum) ?? 0) + 1);
    }
  }
  const missing = wantedOfStrata(rows, share, random);
  const rarity = new Map(units.map((unit) => [unit, Math.min(...[...unit.strata.keys()].map((stratum) => rows.get(stratum) ?? 0))]));
  const order = random.shuffle([...units]).sort((a, b) => (rarity.get(a) ?? 0) - (rarity.get(b) ?? 0));
  const isSpare = (unit: Unit): boolean => [...unit.strata.keys()].every((stratum) => (unitsLeft.get(stratum) ?? 0) > 1);
  const chosen = new Set<Unit>();
  const take = (unit: Unit): void => {
    chosen.add(unit);
    for (const [stratum, count] of unit.strata) {
      missing.set(stratum, (missing.get(stratum) ?? 0) - count);
      unitsLeft.set(stratum, (unitsLeft.get(stratum) ?? 0) - 1);
    }
  };
  const missingOf = (stratum: string): number => missing.get(stratum) ?? 0;
  // First whatever brings each of its strata nearer to its share, then what does so on the whole: the squared distance to the
  // wanted counts falls by Σ count · (2 · missing − count).
  const helpsEach = ({ strata }: Unit): boolean => [...strata].every(([stratum, count]) => 2 * missingOf(stratum) > count);
  const helpsInSum = ({ strata }: Unit): boolean =>
    [...strata].reduce((gain, [stratum, count]) => gain + count * (2 * missingOf(stratum) - count), 0) > 0;
  for (const helps of [helpsEach, helpsInSum]) {
    for (const unit of order) if (!chosen.has(unit) && helps(unit) && isSpare(unit)) take(unit);
  }
  const spare = chosen.size === 0 ? order.find(isSpare) : undefined;
  if (spare) take(spare);
  return [...chosen];
}

function byTime(examples: Example[], share: number, path: string): Split {
  const timeOf = (position: number): number => examples[position].time ?? 0;
  const order = examples.map((_, position) => position).sort((a, b) => timeOf(a) - timeOf(b) || a - b);
  const wanted = Math.max(Math.round(examples.length * share), 1);
  let cut = Math.max(examples.length - wanted, 1);
  while (cut < order.length && timeOf(order[cut]) === timeOf(order[cut - 1])) cut++;
  if (cut < order.length) return partition(examples, new Set(order.slice(cut)));
  throw new AttuneError('bad-data', `${path}: a split by time found no rows later than the others.`, {
    remedy: 'Check the time column, or choose another data.split.',
  });
}

/**
 * Sets validation rows aside. `stratified` keeps the labels' shares (for a regression, those of its deciles), rows with the same
 * text on one side, and groups too where rows have one; `grouped` is the same and needs groups; `time` takes the latest rows,
 * with rows of one moment on one side. Same seed and rows, same split.
 * @throws AttuneError `bad-data` where no rows can be set aside or a group or time is missing.
 */
export function splitExamples(examples: Example[], { strategy, task, share, random, path = 'training data' }: SplitOptions): Split {
  if (share === 0) return { train: examples, validation: [] };
  if (strategy !== 'stratified') checkFilledIn(examples, strategy === 'time' ? 'time' : 'group', path);
  if (strategy === 'time') return byTime(examples, share, path);
  const units = unitsOf(examples, strataOf(examples, task), (example) =>
    example.group === undefined ? `text ${textKey(example)}` : `group ${example.group}`,
  );
  const validation = new Set(dealUnits(units, share, random).flatMap((unit) => unit.positions));
  if (validation.size > 0) return partition(examples, validation);
  const reason = units.length === 1 ? 'all of one group or text' : 'too few for their labels';
  throw new AttuneError('bad-data', `${path}: no validation rows can be set aside; the ${examples.length} rows are ${reason}.`, {
    remedy: 'Add rows, or name a file of validation rows with data.validation.',
  });
}

function checkFilledIn(examples: Example[], needed: 'group' | 'time', path: string): void {
  const without = examples.find((example) => example[needed] === undefined);
  if (without === undefined) return;
  throw new AttuneError('bad-data', `${path}, row ${without.row}: there is no ${needed}, and the split is by ${needed}.`, {
    remedy: `Name its column with data.${needed} and fill it in every row.`,
  });
}
