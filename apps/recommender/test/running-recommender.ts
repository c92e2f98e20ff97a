import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Behaviour, ItemInput, Recommendations } from '@attune/contracts';
import { createDatabase, dropDatabase } from '@attune/storage';
import {
  describeWithReal,
  realPostgres,
  startService,
  writeHandSetRanking,
  type RunningService,
  type HandSetRankingOptions,
} from '@attune/testing';

/** The built service. */
export const PROGRAM = join(__dirname, '../bin/recommender.js');
/** Milliseconds that a start may take where other specs keep the processors busy. */
export const START_TIMEOUT = 180_000;

/** Where a service keeps what it keeps. */
export interface Place {
  readonly models: string;
  /** Variables of the service: model store, database, and one thread for a model as small as these. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs specs with a hand-set ranking, promoted: on the embedded database, and on PostgreSQL. */
export function describeAtBothPlaces(
  title: string,
  database: string,
  options: HandSetRankingOptions,
  specs: (place: () => Place) => void,
): void {
  describe(title, () => {
    describe('on the embedded database', () => specs(placeOf(options, (folder) => Promise.resolve({ ATTUNE_DATA: join(folder, 'data') }))));
    describeOnPostgres('on PostgreSQL', database, options, specs);
  });
}

/** Runs specs with a hand-set ranking, promoted, and a database of PostgreSQL. */
export function describeOnPostgres(
  title: string,
  database: string,
  options: HandSetRankingOptions,
  specs: (place: () => Place) => void,
): void {
  describeWithReal(realPostgres, title, (url) => {
    specs(placeOf(options, async () => ({ DATABASE_URL: await createDatabase(url(), database) })));
    afterAll(() => dropDatabase(url(), database));
  });
}

function placeOf(options: HandSetRankingOptions, storage: (folder: string) => Promise<Record<string, string>>): () => Place {
  let folder: string;
  let place: Place;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-recommender-'));
    const models = join(folder, 'models');
    await writeHandSetRanking(models, options);
    place = { models, environment: { ATTUNE_MODELS: models, ATTUNE_INFERENCE_THREADS: '1', ...(await storage(folder)) } };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return () => place;
}

/** Speaks to a recommender. */
export class RecommenderClient {
  constructor(private readonly service: () => RunningService) {}

  static start(place: Place, environment: Record<string, string> = {}): Promise<RunningService> {
    return startService(PROGRAM, { ...environment, ...place.environment });
  }

  async ask<Body>(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }> {
    const answer = await this.service().request(method, path, body);
    return { status: answer.status, body: answer.body as Body };
  }

  /** Writes an item. */
  async put(id: string, item: Partial<ItemInput>): Promise<void> {
    const { status, body } = await this.ask('PUT', `/v1/items/${id}`, item);
    if (status !== 200) throw new Error(`${id}: ${JSON.stringify(body)}`);
  }

  /** Tells what somebody did, some seconds ago. */
  async tell(user: string, item: string, type: Behaviour['type'] = 'viewed', secondsAgo = 0, more: Partial<Behaviour> = {}): Promise<void> {
    const at = new Date(Date.now() - 1_000 * secondsAgo).toISOString();
    const { status, body } = await this.ask('POST', '/v1/events', { user, item, type, at, ...more });
    if (status !== 200) throw new Error(JSON.stringify(body));
  }

  async recommend(request: Record<string, unknown>): Promise<Recommendations> {
    const { status, body } = await this.ask<Recommendations>('POST', '/v1/recommendations', request);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body;
  }

  /** The ids of a list. */
  async listFor(request: Record<string, unknown>): Promise<string[]> {
    return (await this.recommend(request)).items.map(({ id }) => id);
  }

  /** Sends a file, and reads its answer of a line of JSON after the other. */
  async send<Line>(path: string, contentType: string, file: string): Promise<Line[]> {
    const answer = await fetch(this.service().url + path, { method: 'POST', headers: { 'content-type': contentType }, body: file });
    const lines = (await answer.text()).trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Line);
  }
}
