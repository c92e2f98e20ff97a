import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService, writeHandSetRanking, type RunningService } from '@attune/testing';
import { START_TIMEOUT } from './running-recommender';

const SCRIPT = join(__dirname, '../../../deploy/docker/lay-out-service.sh');

describe('what the image of a service holds', () => {
  let folder: string;
  let image: string;
  let service: RunningService | undefined;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'attune-image-'));
    image = join(folder, 'service');
    execFileSync('sh', [SCRIPT, image], { stdio: ['ignore', 'pipe', 'pipe'] });
  }, START_TIMEOUT);
  afterAll(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has neither TensorFlow nor tools of development', () => {
    for (const absent of ['@tensorflow', 'jest', 'eslint', '@attune/finetune', '@attune/testing', 'onnxruntime-web']) {
      expect(existsSync(join(image, 'node_modules', absent))).toBe(false);
    }
  });

  it('is enough to start a service and to read a text', async () => {
    const models = join(folder, 'models');
    await writeHandSetRanking(models);
    service = await startService(join(image, 'apps/recommender/bin/recommender.js'), { ATTUNE_MODELS: models, ATTUNE_PORT: '0' });
    expect((await service.request('PUT', '/v1/items/tulips', { title: 'tulip seed' })).status).toBeLessThan(300);
    const { status, body } = await service.request('GET', '/v1/items/search?text=a+rose&limit=5');
    expect({ status, body }).toMatchObject({ status: 200 });
    // By its vector: the word itself does not stand there.
    expect((body as { items: { id: string }[] }).items.map(({ id }) => id)).toContain('tulips');
  });
});
