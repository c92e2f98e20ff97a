import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, dropDatabase } from '@attune/storage';
import { describeWithReal, realPostgres, startService, type RunningService } from '@attune/testing';
import { writeConceptModel } from './concept-model';

const PROGRAM = join(__dirname, '../bin/customer-service.js');
/** Milliseconds that a start may take where other specs keep the processors busy. */
const START_TIMEOUT = 180_000;

/** A running service, and what its specs ask of it. */
export interface ServiceUnderTest {
  readonly url: () => string;
  readonly log: () => RunningService['log'];
  /** The answer's status and body. */
  readonly ask: <Body>(method: string, path: string, body?: unknown) => Promise<{ status: number; body: Body }>;
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
  /** The folder of the model store. */
  readonly models: () => string;
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
  describe(title, () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'attune-service-'));
      await writeConceptModel(join(folder, 'models'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const serve = (storage: () => Promise<Record<string, string>>): void => {
      let service: RunningService;
      beforeAll(async () => {
        service = await startService(PROGRAM, { ATTUNE_MODELS: join(folder, 'models'), ...environment, ...(await storage()) });
      }, START_TIMEOUT);
      afterAll(() => service.stop());
      specs(
        clientOf(
          () => service,
          () => join(folder, 'models'),
        ),
      );
    };

    describe('on the embedded database', () => serve(() => Promise.resolve({ ATTUNE_DATA: join(folder, 'data') })));

    describeWithReal(realPostgres, 'on PostgreSQL', (url) => {
      serve(async () => ({ DATABASE_URL: await createDatabase(url(), database) }));
      afterAll(() => dropDatabase(url(), database));
    });
  });
}

function clientOf(service: () => RunningService, models: () => string): ServiceUnderTest {
  return {
    url: () => service().url,
    log: () => service().log,
    ask: async <Body>(method: string, path: string, body?: unknown) => {
      const answer = await service().request(method, path, body);
      return { status: answer.status, body: answer.body as Body };
    },
    send: async <Line>(path: string, contentType: string, file: string) => {
      const answer = await fetch(service().url + path, { method: 'POST', headers: { 'content-type': contentType }, body: file });
      const lines = (await answer.text()).trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line) as Line);
    },
    models,
    upload: async <Body>(method: string, path: string, contentType: string, bytes: Buffer | string) => {
      const answer = await fetch(service().url + path, { method, headers: { 'content-type': contentType }, body: bytes });
      const text = await answer.text();
      return { status: answer.status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
    },
    read: async (path) => (await fetch(service().url + path)).text(),
  };
}
