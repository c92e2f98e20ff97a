import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import type { AuditEntry, HeadShadow, HeadShadows } from '@attune/contracts';
import { createApiKey } from '@attune/service-kit';
import { TrainerPlace, writeModelDirectory, type RunningService } from '@attune/testing';
import { LONG, PROGRAM, TrainerClient } from './running-trainer';

const OWNER = createApiKey('owner', 'admin');
const WRITER = createApiKey('writer', 'write');
const PATH = `/v1/heads/${TrainerPlace.HEAD}`;

/** A version that scores beside what serves, before it is promoted. */
describe('the trainer, with a version in shadow', () => {
  let place: TrainerPlace;
  let store: ModelStore;
  let service: RunningService;
  const client = new TrainerClient(() => service, { authorization: `Bearer ${OWNER.key}` });
  const writer = new TrainerClient(() => service, { authorization: `Bearer ${WRITER.key}` });
  const shadows = async (): Promise<HeadShadows> => (await client.ask<HeadShadows>('GET', `${PATH}/shadow`)).body;

  beforeAll(async () => {
    place = await TrainerPlace.make(PROGRAM);
    store = new ModelStore(place.models);
    const sources = await mkdtemp(join(tmpdir(), 'attune-shadow-'));
    for (const version of ['1', '2', '3']) {
      await writeModelDirectory(join(sources, version), `model ${version}`);
      await store.add(TrainerPlace.HEAD, version, join(sources, version));
    }
    await rm(sources, { recursive: true });
    service = await place.start({ ATTUNE_API_KEYS: `${OWNER.entry},${WRITER.entry}` });
  }, LONG);
  afterAll(async () => {
    await service.stop();
    await place.remove();
  }, LONG);

  it('puts one there beside what serves, and writes down who did', async () => {
    expect(await shadows()).toEqual({ changes: [] });
    expect(await client.ask('PUT', `${PATH}/shadow`, { version: '2' })).toMatchObject({ status: 409 });
    await client.ask('POST', `${PATH}/promote`, { version: '1' });
    expect(await writer.ask('PUT', `${PATH}/shadow`, { version: '2' })).toMatchObject({ status: 403 });
    const { status, body } = await client.ask<HeadShadow>('PUT', `${PATH}/shadow`, { version: '2', share: 0.25 });
    expect({ status, body }).toMatchObject({ status: 200, body: { version: '2', share: 0.25 } });
    expect(await store.shadow(TrainerPlace.HEAD)).toMatchObject(body);
    expect(await shadows()).toEqual({
      shadow: body,
      changes: [{ version: '2', share: 0.25, change: 'begun', at: body.startedAt }],
    });
    const { items } = (await client.ask<{ items: AuditEntry[] }>('GET', '/v1/audit?action=shadow.begun')).body;
    expect(items).toMatchObject([{ actor: 'owner', subject: '2', head: TrainerPlace.HEAD, details: { share: 0.25 } }]);
  });

  it('refuses what cannot be', async () => {
    expect(await client.ask('PUT', `${PATH}/shadow`, { version: '1' })).toMatchObject({ status: 409 });
    expect(await client.ask('PUT', `${PATH}/shadow`, { version: '9' })).toMatchObject({ status: 404 });
    expect(await client.ask('PUT', '/v1/heads/nothing/shadow', { version: '2' })).toMatchObject({ status: 404 });
    for (const share of [0, 1.5, -1])
      expect(await client.ask('PUT', `${PATH}/shadow`, { version: '3', share })).toMatchObject({ status: 400 });
    await appendFile(join(place.models, TrainerPlace.HEAD, '3/onnx/model.onnx'), 'damage');
    expect(await client.ask('PUT', `${PATH}/shadow`, { version: '3' })).toMatchObject({ status: 422 });
    expect(await shadows()).toMatchObject({ shadow: { version: '2', share: 0.25 } });
  });

  it('ends it on request, and when it serves', async () => {
    expect((await client.ask('DELETE', `${PATH}/shadow`)).status).toBe(204);
    expect((await client.ask('DELETE', `${PATH}/shadow`)).status).toBe(204);
    expect(await shadows()).not.toHaveProperty('shadow');
    await client.ask('PUT', `${PATH}/shadow`, { version: '2' });
    expect((await shadows()).shadow).toMatchObject({ share: 0.1 });
    await client.ask('POST', `${PATH}/promote`, { version: '2' });
    const { shadow, changes } = await shadows();
    expect(shadow).toBeUndefined();
    expect(changes.map(({ change }) => change)).toEqual(['promoted', 'begun', 'stopped', 'begun']);
    const { items } = (await client.ask<{ items: AuditEntry[] }>('GET', '/v1/audit?action=shadow.stopped')).body;
    expect(items).toMatchObject([{ actor: 'owner', subject: '2' }]);
  });
});
