import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, dropDatabase } from '@attune/storage';
import { describeWithReal, realPostgres, type RunningService, startService, writeConceptModel } from '@attune/testing';

/** The built service. */
export const PROGRAM = join(__dirname, '../bin/customer-service.js');
/** Milliseconds that a start may take where other specs keep the processors busy. */
export const START_TIMEOUT = 180_000;

/** Where a service keeps what it keeps, for specs that start it themselves. */
export interface Place {
  /** Folder of the model store. */
  readonly models: string;
  /** Variables of the service: model store, database, and one thread for a model as small as these. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Runs specs with a database and the model of concepts, promoted: on the embedded database, and on PostgreSQL.
 *
 * @param database name of the database that is made for them
 */
export function describeAtBothPlaces(title: string, database: string, specs: (place: () => Place) => void): void {
  describe(title, () => {
    describe('on the embedded database', () => specs(placeOf((folder) => Promise.resolve({ ATTUNE_DATA: join(folder, 'data') }))));
    describeOnPostgres('on PostgreSQL', database, specs);
  });
}

/** Runs specs with a database of PostgreSQL and the model of concepts, promoted. */
export function describeOnPostgres(title: string, database: string, specs: (place: () => Place) => void): void {
  describeWithReal(realPostgres, title, (url) => {
    specs(placeOf(async () => ({ DATABASE_URL: await createDatabase(url(), database) })));
    afterAll(() => dropDatabase(url(), database));
  });
}

function placeOf(storage: (folder: string) => Promise<Record<string, string>>): () => Place {
  let folder: string;
  let place: Place;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-service-'));
    const models = join(folder, 'models');
    await writeConceptModel(models);
    place = { models, environment: { ATTUNE_MODELS: models, ATTUNE_INFERENCE_THREADS: '1', ...(await storage(folder)) } };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return () => place;
}

/** What specs ask of a running service. */
export interface ServiceClient {
  readonly url: () => string;
  readonly log: () => RunningService['log'];
  /** The answer's status and body. */
  readonly ask: <Body>(method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer<Body>>;
  /** Sends a file, and reads its answer of a line of JSON after the other. */
  readonly send: <Line>(path: string, contentType: string, file: string) => Promise<Line[]>;
  readonly read: (path: string) => Promise<string>;
  /** Sends bytes of a media type; the answer's status and body. */
  readonly upload: <Body>(
    method: string,
    path: string,
    contentType: string,
    bytes: Buffer | string,
  ) => Promise<{ status: number; body: Body }>;
}

/** A running service that specs share. */
export interface ServiceUnderTest extends ServiceClient {
  /** The folder of the model store. */
  readonly models: () => string;
}

/** An answer of the service. */
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/**
 * Runs specs against the built service with the model of concepts: on the embedded database, and on PostgreSQL.
 *
 * @param database name of the database that is made for them
 * @param environment of the service beside its model and database
 */
export function describeOnBothDatabases(
  title: string,
  database: string,
  specs: (service: ServiceUnderTest) => void,
  environment: Record<string, string> = {},
): void {
  describeAtBothPlaces(title, database, (place) => {
    let service: RunningService;
    beforeAll(async () => {
      service = await startService(PROGRAM, { ...environment, ...place().environment });
    }, START_TIMEOUT);
    afterAll(() => service.stop());
    specs({ ...clientOf(() => service), models: () => place().models });
  });
}

/** Speaks to a service. */
export function clientOf(service: () => RunningService): ServiceClient {
  return {
    url: () => service().url,
    log: () => service().log,
    ask: async <Body>(method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
      const answer = await service().request(method, path, body, headers);
      return { status: answer.status, body: answer.body as Body };
    },
    send: async <Line>(path: string, contentType: string, file: string) => {
      const answer = await fetch(service().url + path, { method: 'POST', headers: { 'content-type': contentType }, body: file });
      const lines = (await answer.text()).trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line) as Line);
    },
    upload: async <Body>(method: string, path: string, contentType: string, bytes: Buffer | string) => {
      const answer = await fetch(service().url + path, { method, headers: { 'content-type': contentType }, body: bytes });
      const text = await answer.text();
      return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
    },
    read: async (path) => (await fetch(service().url + path)).text(),
  };
}
