import { createApiKey, includesScope, type Scope } from '@attune/service-kit';
import {
  ApiDocument,
  exampleRequests,
  fuzzOperation,
  keyFaults,
  sendApiRequest,
  type ApiOperation,
  type RunningService,
} from '@attune/testing';
import { describeAtBothPlaces, RecommenderClient, START_TIMEOUT } from './running-recommender';

const KEYS = { read: createApiKey('reader', 'read'), write: createApiKey('writer', 'write'), admin: createApiKey('owner', 'admin') };
const REQUESTS = 30;
const SEED = 20_260_303;
const ITEM = 'window-repair';
const USER = 'reader-12';

const bearer = (scope: Scope) => ({ authorization: `Bearer ${KEYS[scope].key}` });

describeAtBothPlaces('the API of the recommender', 'attune_recommender_api', {}, (place) => {
  let service: RunningService;
  let document: ApiDocument;
  /** Ids of things that are there, by the first part of their paths. */
  const things = new Map<string, string>([
    ['items', ITEM],
    ['users', USER],
  ]);

  beforeAll(async () => {
    const keys = Object.values(KEYS).map(({ entry }) => entry);
    service = await RecommenderClient.start(place(), { ATTUNE_API_KEYS: keys.join(','), ATTUNE_RATE_LIMIT: '0' });
    document = await ApiDocument.fetch(service.url);
  }, START_TIMEOUT);
  afterAll(() => service.stop());

  const ask = (method: string, path: string, body?: unknown) => service.request(method, path, body, bearer('admin'));
  async function makeThings(): Promise<void> {
    await ask('PUT', `/v1/items/${ITEM}`, { title: 'Window', category: 'home', price: 3 });
    await ask('POST', '/v1/events', { user: USER, item: ITEM, type: 'viewed', at: new Date().toISOString() });
    const { body } = await ask('POST', '/v1/recommendations', { user: USER });
    things.set('impressions', (body as { impressionId: string }).impressionId);
  }
  /** Deletions last: the others need what they delete. */
  const operations = (): ApiOperation[] =>
    [...document.operations].sort((one, other) => Number(one.method === 'DELETE') - Number(other.method === 'DELETE'));
  const idFor = ({ path }: ApiOperation) => things.get(path.split('/')[2]);

  it('has every feature in its document', () => {
    const paths = new Set(document.operations.map(({ path }) => path.split('/').slice(0, 3).join('/')));
    for (const part of ['items', 'events', 'recommendations', 'score', 'users', 'metrics', 'impressions'])
      expect(paths).toContain(`/v1/${part}`);
  });

  it('answers every example of its document as documented, and with success', async () => {
    await makeThings();
    const faults: string[] = [];
    for (const operation of operations()) {
      const id = idFor(operation);
      for (const request of exampleRequests(operation, id === undefined ? {} : { id })) {
        const answer = await sendApiRequest(service.url, request, bearer('admin'));
        const fault = answer.status >= 300 ? `it answers ${String(answer.status)}` : document.faultOf(operation, answer);
        if (fault !== undefined) faults.push(`${operation.operationId}: ${fault}: ${answer.text.slice(0, 300)}`);
      }
    }
    expect(faults).toEqual([]);
  });

  it('asks for the keys and scopes that its document names', async () => {
    expect(await keyFaults(document, { url: service.url, keys: KEYS, includes: includesScope })).toEqual([]);
  });

  it('answers requests of all kinds as documented, and none with an error of its own', async () => {
    await makeThings();
    const options = { url: service.url, headers: bearer('admin'), requests: REQUESTS, seed: SEED };
    for (const operation of operations()) {
      const id = idFor(operation);
      await fuzzOperation(document, operation, { ...options, ...(id === undefined ? {} : { known: { id: [id] } }) });
    }
    expect(service.log.filter(({ level }) => level === 'error')).toEqual([]);
    expect((await service.request('GET', '/health/ready')).status).toBe(200);
  }, 180_000);
});
