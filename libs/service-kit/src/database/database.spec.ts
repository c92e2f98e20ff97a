import { describeWithReal, realPostgres, startPostgres, type RunningPostgres } from '@attune/testing';
import { Module } from '@nestjs/common';
import { keptLog, startTestService } from '../../test/test-service';
import { DatabaseModule } from '..';

@Module({ imports: [DatabaseModule.forService({ migrations: [], connectTimeout: 1_000 })] })
class StoredModule {}

const AWAY = 'postgresql://someone:hunter2@127.0.0.1:1/none';

describe('a service whose database is away at the start', () => {
  it('says so and gives up after the time that it is given', async () => {
    const { logger, lines } = keptLog();
    const start = startTestService(StoredModule, { environment: { DATABASE_URL: AWAY, ATTUNE_START_SECONDS: '2' }, logger });
    await expect(start).rejects.toMatchObject({ code: 'dependency-unavailable', message: expect.stringContaining('does not answer') });
    expect(lines.filter(({ msg }) => msg === 'the database is not there yet')).not.toEqual([]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});

/** A server of its own, which these specs end. */
const ownServer = { ...realPostgres, name: 'PostgreSQL of its own', fromEnvironment: () => undefined };

describeWithReal(ownServer, 'a service whose PostgreSQL comes up after it', () => {
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  it('starts once the database answers', async () => {
    await server.kill();
    const { logger, lines } = keptLog();
    const starting = startTestService(StoredModule, { environment: { DATABASE_URL: server.url }, logger });
    while (!lines.some(({ msg }) => msg === 'the database is not there yet')) await new Promise((resolve) => setImmediate(resolve));
    await server.restart();
    const service = await starting;
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    await service.close();
  }, 60_000);
});
