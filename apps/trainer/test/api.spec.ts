import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import type { Dataset, FeedbackRow, TrainingJob } from '@attune/contracts';
import { createApiKey, includesScope, type Scope } from '@attune/service-kit';
import { createDatabase, dropDatabase } from '@attune/storage';
import {
  ApiDocument,
  describeWithReal,
  exampleRequests,
  fuzzOperation,
  keyFaults,
  realPostgres,
  sendApiRequest,
  writeHandSetHead,
  type ApiOperation,
  type ApiRequest,
  type RunningService,
  TrainerPlace,
} from '@attune/testing';
import { LONG, PROGRAM, TrainerClient } from './running-trainer';

const KEYS = { read: createApiKey('reader', 'read'), write: createApiKey('writer', 'write'), admin: createApiKey('owner', 'admin') };
const REQUESTS = 15;
const SEED = 20_260_303;
/** As the examples of the document name them. */
const HEAD = 'customer-service';
const VERSIONS = ['20260301-093000-1f0c2d3e', '20260222-110000-9b1d4c77'];

const bearer = (scope: Scope) => ({ authorization: `Bearer ${KEYS[scope].key}` });

/** Runs specs with a trainer that has two versions of a head, of which the second serves and the first served before. */
function specsOfTheApi(storage: () => Promise<Record<string, string>>): void {
  let place: TrainerPlace;
  let service: RunningService;
  let document: ApiDocument;
  let dataset: Dataset;
  let job: TrainingJob;
  let pending: string;
  let golden: Dataset;
  const client = new TrainerClient(() => service, bearer('admin'));

  beforeAll(async () => {
    place = await TrainerPlace.make(PROGRAM);
    const source = await mkdtemp(join(tmpdir(), 'attune-trainer-head-'));
    const labels = ['delivery', 'refund'].map((label, direction) => ({ label, weights: { [direction]: 20 }, bias: 0 }));
    await writeHandSetHead(source, {
      hiddenSize: 4,
      words: new Map([
        ['parcel', [0]],
        ['money', [1]],
      ]),
      tasks: [{ name: 'intent', labels }],
    });
    const store = new ModelStore(place.models);
    for (const version of VERSIONS) await store.add(HEAD, version, source);
    for (const version of VERSIONS) await store.promote(HEAD, version);
    await rm(source, { recursive: true });
    const keys = Object.values(KEYS).map(({ entry }) => entry);
    const heads = `${HEAD}=${join(place.folder, 'head/head.yaml')}`;
    service = await place.start({ ...(await storage()), ATTUNE_HEADS: heads, ATTUNE_API_KEYS: keys.join(','), ATTUNE_RATE_LIMIT: '0' });
    document = await ApiDocument.fetch(service.url);
    // Enough rows to set some aside, so that the job does not fail by itself.
    const lines = Array.from({ length: 12 }, (_, row) => [`where is parcel ${row},delivery`, `pay order ${row} back,refund`]).flat();
    dataset = (await client.upload(`message,intent\n${lines.join('\n')}\n`)).body;
    // One that runs as long as nobody cancels it, so that those behind it wait.
    const columns = { text: 'message', label: 'intent' };
    job = await client.train({ head: HEAD, dataset: dataset.id, columns, epochs: 1_000 });
    golden = (await client.upload('text,label\nwhere is my parcel,delivery\npay me back,refund\n')).body;
    await client.ask('PUT', `/v1/heads/${HEAD}/update-settings`, { golden: golden.id });
    const rows = ['the courier is late', 'it was charged twice', 'my account is locked', 'no refund came'].map((text) => ({
      text,
      label: 'a',
    }));
    await client.ask('POST', `/v1/heads/${HEAD}/feedback`, { rows });
    const { items } = (await client.ask<{ items: FeedbackRow[] }>('GET', `/v1/heads/${HEAD}/feedback`)).body;
    const [first, ...others] = items.map(({ id }) => id);
    pending = first;
    await client.ask('POST', `/v1/heads/${HEAD}/feedback/review`, { ids: others, state: 'approved' });
  }, LONG);
  afterAll(async () => {
    await service.stop();
    await place.remove();
  }, LONG);

  const idFor = ({ path }: ApiOperation): string => (path.startsWith('/v1/jobs') ? job.id : dataset.id);
  /** The examples name a data set and a correction that only the document knows. */
  const withIds = ({ operationId }: ApiOperation, request: ApiRequest): ApiRequest => {
    const body = request.body ?? '';
    if (operationId === 'createJob') return { ...request, body: body.replace(/"dataset":"[^"]*"/, `"dataset":"${dataset.id}"`) };
    if (operationId === 'reviewFeedback') return { ...request, body: body.replace(/"ids":\["[^"]*"/, `"ids":["${pending}"`) };
    if (operationId === 'putUpdateSettings') return { ...request, body: body.replace('{', `{"golden":"${golden.id}",`) };
    return request;
  };
  /** What needs a job comes after its cancellation, since a stream ends with the job; an update after the deletion of what it would learn from. */
  const ORDER = ['cancelJob', 'createJob', 'receiveFeedback', 'importFeedback', 'reviewFeedback', 'makeTrainingSet'];
  const LAST = ['eraseFeedback', 'createUpdate', 'deleteDataset'];
  const rank = ({ operationId }: ApiOperation): number =>
    ORDER.includes(operationId) ? ORDER.indexOf(operationId) - ORDER.length : LAST.indexOf(operationId) + 1;
  const operations = () => [...document.operations].sort((one, other) => rank(one) - rank(other));

  it('asks for the keys and scopes that its document names', async () => {
    expect(await keyFaults(document, { url: service.url, keys: KEYS, includes: includesScope })).toEqual([]);
  });

  it(
    'answers every example of its document as documented, and with success',
    async () => {
      const faults: string[] = [];
      for (const operation of operations()) {
        for (const example of exampleRequests(operation, { id: idFor(operation) })) {
          const request = withIds(operation, example);
          if (operation.operationId === 'deleteDataset') continue;
          const answer = await sendApiRequest(service.url, request, bearer('admin'));
          const fault = answer.status >= 300 ? `it answers ${String(answer.status)}` : document.faultOf(operation, answer);
          if (fault !== undefined) faults.push(`${operation.operationId}: ${fault}: ${answer.text.slice(0, 300)}`);
        }
      }
      expect(faults).toEqual([]);
    },
    LONG,
  );

  it(
    'answers requests of all kinds as documented, and none with an error of its own',
    async () => {
      const options = { url: service.url, headers: bearer('admin'), requests: REQUESTS, seed: SEED };
      for (const operation of operations()) {
        await fuzzOperation(document, operation, { ...options, known: { id: [idFor(operation)], name: [HEAD], version: VERSIONS } });
      }
      expect(service.log.filter(({ level }) => level === 'error')).toEqual([]);
      expect((await service.request('GET', '/health/ready')).status).toBe(200);
    },
    LONG,
  );

  it('has published what serves', async () => {
    const { body } = await client.ask<string>('GET', '/metrics');
    expect(body).toMatch(/attune_outbox_published_total\{[^}]*topic="models\.promoted"[^}]*\} [1-9]/);
  });
}

describe('the API of the trainer', () => {
  describe('on the embedded database', () => specsOfTheApi(() => Promise.resolve({})));
  describeWithReal(realPostgres, 'on PostgreSQL', (url) => {
    const database = 'attune_trainer_api';
    specsOfTheApi(async () => ({ DATABASE_URL: await createDatabase(url(), database) }));
    afterAll(() => dropDatabase(url(), database));
  });
});
