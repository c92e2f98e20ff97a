import type { Sequence } from '@attune/finetune';
import type { Result } from '../write-result';

export interface CollaborativeMeasurementOptions {
  /** Sizes of the catalogues. */
  items: readonly number[];
  users: number;
  /** Of each user. */
  events: number;
  command: string;
  onRun: (what: string) => void;
}

/** Groups of items; users keep to one but for a tenth of their events. */
const GROUPS = 50;
const STRAY = 0.1;
const SEED = 42;

interface Fitted {
  readonly items: number;
  readonly seconds: number;
  /** Largest resident set of the process so far, in bytes. */
  readonly memory: number;
  /** Share of the first ten neighbours that are of the item's own group. */
  readonly ownGroup: number;
}

/** What item × item weights of catalogues too large for the closed form cost, on behaviour that is made up, by the settings of head.yaml's defaults. */
export async function measureCollaborative(options: CollaborativeMeasurementOptions): Promise<Result> {
  const fitted: Fitted[] = [];
  for (const items of [...options.items].sort((a, b) => a - b)) fitted.push(await fit(items, options));
  return resultOf(fitted, options);
}

async function fit(items: number, { users, events, onRun }: CollaborativeMeasurementOptions): Promise<Fitted> {
  const { fitCollaborative, Random, rankingConfigSchema } = await import('@attune/finetune');
  const random = new Random(SEED);
  const draw = (end: number): number => Math.floor(random.uniform() * end);
  const sequences = Array.from({ length: users }, (_, user): Sequence => {
    // The square draws the first items of a group more often, as some are more popular.
    const one = (): number =>
      Math.floor((items / GROUPS) * random.uniform() ** 2) * GROUPS + (random.uniform() < STRAY ? draw(GROUPS) : user % GROUPS);
    const own = Int32Array.from(new Set(Array.from({ length: events }, one)));
    return { items: own, weights: new Float32Array(own.length).fill(1) };
  });
  onRun(`${String(items)} items`);
  const { collaborative } = rankingConfigSchema.parse({});
  const started = performance.now();
  const { weights } = fitCollaborative(sequences, items, { ...collaborative, method: 'als' }, SEED);
  const seconds = (performance.now() - started) / 1_000;
  return { items, seconds, memory: 1_024 * process.resourceUsage().maxRSS, ownGroup: shareOfOwnGroup(weights.neighbours, weights.width) };
}

function shareOfOwnGroup(neighbours: Int32Array, width: number): number {
  let [own, all] = [0, 0];
  neighbours.forEach((neighbour, at) => {
    if (neighbour < 0 || at % width >= 10) return;
    all++;
    if (neighbour % GROUPS === Math.floor(at / width) % GROUPS) own++;
  });
  return own / all;
}

function resultOf(fitted: readonly Fitted[], { users, events, command }: CollaborativeMeasurementOptions): Result {
  return {
    name: 'collaborative',
    title: 'Collaborative weights of large catalogues',
    command,
    summary:
      `Implicit ALS with the defaults of head.yaml, on ${String(users)} made-up users of up to ${String(events)} events each, who keep to one of ${String(GROUPS)} groups of items ` +
      'but for a tenth of their events. Time is from events to the neighbours of every item; memory is the largest of the process, events included.',
    columns: ['items', 'seconds', 'memory, 10⁹ bytes', 'of the own group among the first ten neighbours'],
    rows: fitted.map(({ items, seconds, memory, ownGroup }) => [
      String(items),
      seconds.toFixed(0),
      (memory / 1e9).toFixed(2),
      `${(100 * ownGroup).toFixed(0)} %`,
    ]),
    notes: [],
  };
}
