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
  if (task !== 'regression') return examples.map((example) => (labelsOf(example).length > 0 ? labelsOf(example) : ['\u0000none']));
  const order = examples.map((_, position) => position).sort((a, b) => Number(examples[a].label) - Number(examples[b].label));
  const strata: string[][] = examples.map(() => []);
  order.forEach((position, rank) => (strata[position] = [String(Math.floor((rank * REGRESSION_STRATA) / examples.length))]));
  return strata;
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
  const chosen: Unit[] = [];
  const take = (unit: Unit): void => {
    chosen.push(unit);
    for (const [stratum, count] of unit.strata) {
      missing.set(stratum, (missing.get(stratum) ?? 0) - count);
      unitsLeft.set(stratum, (unitsLeft.get(stratum) ?? 0) - 1);
    }
  };
  for (const unit of order) {
    // The squared distance to the wanted counts falls by Σ count · (2 · missing − count).
    let gain = 0;
    for (const [stratum, count] of unit.strata) gain += count * (2 * (missing.get(stratum) ?? 0) - count);
    if (gain > 0 && isSpare(unit)) take(unit);
  }
  const spare = chosen.length === 0 ? order.find(isSpare) : undefined;
  if (spare) take(spare);
  return chosen;
}

function byTime(examples: Example[], share: number): Split {
  const timeOf = (position: number): number => examples[position].time ?? 0;
  const order = examples.map((_, position) => position).sort((a, b) => timeOf(a) - timeOf(b) || a - b);
  const first = Math.min(Math.max(Math.round(examples.length * (1 - share)), 1), examples.length - 1);
  let cut = first;
  while (cut < order.length && timeOf(order[cut]) === timeOf(order[first - 1])) cut++;
  if (cut === order.length)
    throw new AttuneError('bad-data', 'A split by time found no rows later than the others.', {
      remedy: 'Check the time column, or use another data.split.',
    });
  return partition(examples, new Set(order.slice(cut)));
}

/**
 * Sets validation rows aside. `stratified` keeps the labels' shares (for a regression, those of its deciles), rows with the same
 * text on one side, and groups too where rows have one; `grouped` is the same and needs groups; `time` takes the latest rows,
 * with rows of one moment on one side. Same seed and rows, same split.
 * @throws AttuneError `bad-data` where no rows can be set aside or a group or time is missing.
 */
export function splitExamples(examples: Example[], { strategy, task, share, random }: SplitOptions): Split {
  if (share === 0) return { train: examples, validation: [] };
  const needed = strategy === 'grouped' ? 'group' : strategy === 'time' ? 'time' : undefined;
  const without = needed && examples.find((example) => example[needed] === undefined);
  if (without)
    throw new AttuneError('bad-data', `Row ${without.row} of the training data has no ${needed} for a split by ${needed}.`, {
      remedy: `Name its column with data.${needed} and fill it in every row.`,
    });
  if (strategy === 'time') return byTime(examples, share);
  const units = unitsOf(examples, strataOf(examples, task), (example) =>
    example.group === undefined ? `text ${textKey(example)}` : `group ${example.group}`,
  );
  const validation = new Set(dealUnits(units, share, random).flatMap((unit) => unit.positions));
  if (validation.size === 0) {
    throw new AttuneError(
      'bad-data',
      `No validation rows can be set aside: the ${examples.length} training rows are too few${needed ? ' or all of one group' : ''}.`,
      {
        remedy: 'Add rows, or name a file of validation rows with data.validation.',
      },
    );
  }
  return partition(examples, validation);
}
