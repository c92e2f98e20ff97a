import { quietDocuments, surgeUntil, type SurgeTarget } from '@attune/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertRecord } from '@attune/contracts';
import { createApiKey, includesScope, type Scope } from '@attune/service-kit';
import {
  ApiDocument,
  exampleRequests,
  fuzzOperation,
  keyFaults,
  sendApiRequest,
  writeWordListModel,
  type ApiOperation,
  type ApiRequest,
} from '@attune/testing';
import { startMonitor, until, type RunningMonitor } from './running-monitor';

const KEYS = { read: createApiKey('reader', 'read'), write: createApiKey('writer', 'write'), admin: createApiKey('owner', 'admin') };
const REQUESTS = 40;
const SEED = 20_260_301;

const bearer = (scope: Scope) => ({ authorization: `Bearer ${KEYS[scope].key}` });

describe('the API of the sentiment monitor', () => {
  let folder: string;
  let monitor: RunningMonitor;
  let document: ApiDocument;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-api-'));
    await writeWordListModel(join(folder, 'models'));
    monitor = await startMonitor({
      ATTUNE_MODELS: join(folder, 'models'),
      ATTUNE_DATA: join(folder, 'data'),
      ATTUNE_API_KEYS: Object.values(KEYS)
        .map(({ entry }) => entry)
        .join(','),
      ATTUNE_RATE_LIMIT: '0',
      ATTUNE_WEBHOOK_PRIVATE_ADDRESSES: 'true',
    });
    document = await ApiDocument.fetch(monitor.url);
  }, 180_000);

  afterAll(async () => {
    await monitor.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** All but the stream that ends with the client alone; deletions last, of parts before the whole: the others need what they delete. */
  function operations(): ApiOperation[] {
    const turn = ({ method, path }: ApiOperation) => (method === 'DELETE' ? 1 / path.length : 0);
    const ending = document.operations.filter(({ operationId }) => operationId !== 'streamAlerts');
    return ending.sort((one, other) => turn(one) - turn(other));
  }

  /** Ids of things that are there, by the first part of their paths. */
  const things = new Map<string, string>();
  const idFor = ({ path }: ApiOperation) => things.get(path.split('/')[2]);

  /** Feedback names in its body what it is about. */
  const aboutThings = ({ operationId }: ApiOperation, request: ApiRequest): ApiRequest =>
    operationId === 'createFeedback'
      ? { ...request, body: JSON.stringify({ documentId: things.get('documents'), watchId: things.get('watches'), label: 'neutral' }) }
      : request;

  async function ask<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    return (await monitor.request(method, path, body, bearer('admin'))).body as Body;
  }

  async function makeWatchAndWebhook(): Promise<void> {
    const watch = { name: 'Orbix', target: { kind: 'entity', names: ['Orbix'] } };
    things.set('watches', (await ask<{ id: string }>('POST', '/v1/watches', watch)).id);
    const webhook = { url: 'http://127.0.0.1:9/', secret: 'a secret of some length' };
    things.set('webhooks', (await ask<{ id: string }>('POST', '/v1/webhooks', webhook)).id);
  }

  async function makeDocumentAndAlert(): Promise<void> {
    const target: SurgeTarget = {
      handIn: (documents) => ask('POST', '/v1/documents', { documents }),
      isScored: async (id) => (await monitor.request('GET', `/v1/documents/${id}`, undefined, bearer('read'))).status === 200,
    };
    await target.handIn(quietDocuments(['Orbix'], Date.now()));
    await until(() => target.isScored('quiet-59'));
    const alerts = async () => (await ask<{ items: AlertRecord[] }>('GET', '/v1/alerts')).items;
    await surgeUntil(['Orbix'], target, async () => (await alerts()).length > 0);
    const said = { documentId: 'quiet-0', watchId: things.get('watches'), label: 'positive' };
    const { id } = await ask<{ id: string }>('POST', '/v1/feedback', said);
    things
      .set('documents', 'quiet-0')
      .set('alerts', (await alerts())[0].id)
      .set('feedback', id);
  }

  it('answers every example of its document as documented, and with success', async () => {
    await makeWatchAndWebhook();
    await makeDocumentAndAlert();
    const faults: string[] = [];
    let answered = 0;
    for (const operation of operations()) {
      const id = idFor(operation);
      for (const request of exampleRequests(operation, id === undefined ? {} : { id })) {
        const answer = await sendApiRequest(monitor.url, aboutThings(operation, request), bearer('admin'));
        const fault = answer.status >= 300 ? `it answers ${String(answer.status)}` : document.faultOf(operation, answer);
        answered += 1;
        if (fault !== undefined) faults.push(`${operation.operationId}: ${fault}: ${answer.text.slice(0, 300)}`);
      }
    }
    expect(faults).toEqual([]);
    expect(answered).toBeGreaterThan(operations().length);
  });

  it('asks for the keys and scopes that its document names', async () => {
    expect(await keyFaults(document, { url: monitor.url, keys: KEYS, includes: includesScope })).toEqual([]);
  });

  it('answers requests of all kinds as documented, and none with an error of its own', async () => {
    const options = { url: monitor.url, headers: bearer('admin'), requests: REQUESTS, seed: SEED };
    await makeWatchAndWebhook();
    for (const operation of operations()) {
      const id = idFor(operation);
      await fuzzOperation(document, operation, { ...options, ...(id === undefined ? {} : { known: { id: [id] } }) });
    }
    expect(monitor.log.filter(({ level }) => level === 'error')).toEqual([]);
    expect((await monitor.request('GET', '/health/ready')).status).toBe(200);
  }, 180_000);
});
