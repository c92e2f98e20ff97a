import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { environment } from '../environment';
import { withInterrupt } from '../interrupt';
import { formatDuration, messageColours, printMessage } from '../terminal';
import { allOrNone } from './all-or-none';
import { atMost } from './at-most';
import { ensureFirstHead, replaceFirstHeads } from './first-head';
import { markStart } from './former-start';
import { assertPortsFree } from './free-ports';
import { PARTS, type Part } from './parts';
import { fromHere, ROOT } from './places';
import { startService, type ServiceProcess } from './service-process';
import { step } from './show-service';
import { startStream } from './stream';
import { untilEnd } from './until-end';

/** How everything is started. */
export interface StartOptions {
  /** Of the console; the services follow it. */
  readonly port: number;
  /** Folder where the services keep their data. */
  readonly data: string;
  /** Folder of their heads. */
  readonly models: string;
  /** Whether events go over Kafka, and not inside each process. */
  readonly kafka: boolean;
  /** End when everything runs and has its examples. */
  readonly once: boolean;
}

/** Trainings at once, each with its share of the processors: there is much in a training that one thread does. */
const TRAININGS = 2;

/** Services that compute on their heads at once, in general: each loads its head once a thread. */
const INFERENCE_SHARES = 2;

/**
 * Starts the services on this machine, each with its own embedded database, those that serve a head with an example head and example data,
 * and leaves them running until Ctrl-C. What they keep is there again at the next start. Each service starts as soon as its head is there,
 * and heads that were trained shortly are replaced as everything runs.
 *
 * @throws AttuneError `bad-config` where a port is in use, `dependency-unavailable` where a service ends
 */
export async function startEverything({ port, data, models, kafka, once }: StartOptions): Promise<void> {
  const began = performance.now();
  const places = PARTS.map((part, at) => ({ ...part, port: port + at, folder: join(data, part.app) }));
  await withInterrupt(
    () => printMessage('\nStopping the services.'),
    async (signal) => {
      await mkdir(data, { recursive: true });
      // Two starts over one folder would each take the other's for an interrupted one.
      const { ownFolder } = await import('@attune/storage');
      const giveUp = await ownFolder(data).catch(async (error: unknown) => {
        // Of another start with these ports they say more.
        await assertPortsFree(places.map((place) => place.port));
        throw error;
      });
      try {
        const unmark = await markStart(data, places, signal);
        const stream = kafka ? await startStream(join(data, 'kafka')) : undefined;
        const running = new Map<string, ServiceProcess>();
        const over = new AbortController();
        let replacing = Promise.resolve();
        try {
          const variables = { ATTUNE_MODELS: models, ...stream?.variables };
          const fresh = await bringUp(places, models, variables, running, signal);
          printMessage(`Everything runs after ${formatDuration((performance.now() - began) / 1_000)}.`);
          sayWhereTheyRun(places, data, models);
          if (once) return;
          replacing = replaceFirstHeads(
            models,
            places.flatMap(({ app, head }) => (head === undefined ? [] : [app])),
            AbortSignal.any([signal, over.signal]),
          );
          await untilAnyEnds(places, running, fresh, signal);
        } finally {
          over.abort();
          await Promise.all([replacing, ...[...running.values()].map((service) => service.stop())]);
          await stream?.stop();
          await unmark();
        }
      } finally {
        await giveUp();
      }
    },
  );
}

type Place = Part & { readonly port: number; readonly folder: string };

/**
 * Brings all services up at once, each with its head and its example data.
 *
 * @param variables of what keeps a database, beside where that is
 * @param running gets each service as it starts, so that it can be stopped where another one fails
 * @returns those that had no data before
 */
async function bringUp(
  places: readonly Place[],
  models: string,
  variables: NodeJS.ProcessEnv,
  running: Map<string, ServiceProcess>,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const fresh = new Set<string>();
  for (const { app, folder, hasData } of places) if (hasData && (await beginsAnew(app, folder))) fresh.add(app);
  const blank = fresh.size > 0 ? prepareDatabases() : Promise.resolve();
  const limited = atMost(TRAININGS);
  const threads = shareOfProcessors(TRAININGS);
  await allOrNone(
    signal,
    places.map(({ app, head, hasData, knowsOthers, folder, port, variables: ownVariables, prepare, load }) => async (each) => {
      await prepare?.(each);
      if (head !== undefined) await limited(() => ensureFirstHead(models, app, head, threads, each));
      if (hasData) await blank;
      each.throwIfAborted();
      step(`starting ${app}`);
      const own = {
        ...(hasData && { ...variables, ATTUNE_DATA: folder }),
        ...ownVariables?.(dirname(folder)),
        ...(knowsOthers && addressesOf(places)),
        ...(head !== undefined && { ATTUNE_INFERENCE_THREADS: String(shareOfProcessors(INFERENCE_SHARES)) }),
      };
      const service = await startService(join(ROOT, `apps/${app}/bin/${app}.js`), { ...environment.withoutSettings, ...own }, each, port);
      running.set(app, service);
      if (!fresh.has(app)) return;
      await load?.(service.url, each);
      await rm(unfinishedMark(folder));
    }),
  );
  return fresh;
}

/** Where the services are, by the variables of whoever speaks to them. */
function addressesOf(places: readonly Place[]): Record<string, string> {
  return Object.fromEntries(places.flatMap(({ urlVariable, port }) => (urlVariable === undefined ? [] : [[urlVariable, urlOf(port)]])));
}

function shareOfProcessors(shares: number): number {
  return Math.max(1, Math.floor(availableParallelism() / shares));
}

/** Without it the databases of the services are made one by one, which is slower. */
async function prepareDatabases(): Promise<void> {
  const { prepareBlankCluster } = await import('@attune/storage');
  await prepareBlankCluster().catch((error: unknown) =>
    step(`no database was prepared: ${error instanceof Error ? error.message : String(error)}`),
  );
}

/** Plays what comes in after the start, until Ctrl-C or until a service ends by itself. */
async function untilAnyEnds(
  places: readonly Place[],
  running: ReadonlyMap<string, ServiceProcess>,
  fresh: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const services = places.flatMap(({ app, play }) => {
    const service = running.get(app);
    return service === undefined ? [] : [{ service, play: fresh.has(app) ? play : undefined }];
  });
  await Promise.race(
    services.flatMap(({ service, play }) => {
      const end = untilEnd(service, signal);
      return play === undefined ? [end] : [end, play(service.url, signal).then(() => end)];
    }),
  );
}

/**
 * Whether a service starts without data, and gets its examples: then a mark stands beside its folder until it has them, by which the next start
 * knows what an interrupted one left, and throws it away. A folder without the mark is somebody's data.
 */
async function beginsAnew(app: string, folder: string): Promise<boolean> {
  const mark = unfinishedMark(folder);
  if (existsSync(mark)) {
    step(`the first start of ${app} was interrupted: beginning anew`);
    await rm(folder, { recursive: true, force: true });
  } else if (existsSync(folder)) return false;
  await writeFile(mark, '');
  return true;
}

/** Beside the folder, which is the database's own. */
function unfinishedMark(folder: string): string {
  return `${folder}.unfinished`;
}

function sayWhereTheyRun(places: readonly Place[], data: string, models: string): void {
  const colours = messageColours();
  const lines = places.map(({ app, what, knowsOthers, port }) => {
    const told = knowsOthers ? what : `${what}; API: ${urlOf(port)}/docs`;
    return `${app.padEnd(18)} ${colours.cyan(urlOf(port))}  ${colours.dim(told)}`;
  });
  printMessage(
    ['', ...lines, `Data are kept in ${fromHere(data)}, heads in ${fromHere(models)}. Everything runs until Ctrl-C.`, ''].join('\n'),
  );
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
