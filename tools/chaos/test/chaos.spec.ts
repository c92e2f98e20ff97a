import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithReal, realKafka, realPostgres, startPostgres, writeWordListModel, type RunningPostgres } from '@attune/testing';
import { everything } from '../src/disturbances';
import { generateMarket } from '../src/input/generated-market';
import { runChaos } from '../src/run-chaos';

// A broker and a database of its own, which it may crash; where the shared ones cannot be had, these cannot either.
describeWithReal(realKafka, 'the sentiment monitor', () => {
  describeWithReal(realPostgres, 'on a real Kafka and a real PostgreSQL', () => {
    let folder: string;
    let postgres: RunningPostgres;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'attune-chaos-'));
      await writeWordListModel(join(folder, 'models'));
      postgres = await startPostgres();
    }, 60_000);
    afterAll(async () => {
      await postgres.stop();
      await rm(folder, { recursive: true });
    });

    it('loses nothing and counts nothing twice through crashes, instances that come and go, and messages that are none', async () => {
      const steps: string[] = [];
      const [undisturbed, disturbed] = await runChaos({
        market: generateMarket(700, 1),
        disturbances: [everything],
        postgres,
        models: join(folder, 'models'),
        partitions: 1,
        seed: 1,
        logs: join(folder, 'logs'),
        environment: { KAFKA_SESSION_SECONDS: '3', ATTUNE_INFERENCE_THREADS: '1' },
        say: (step) => steps.push(step),
      });
      expect(undisturbed?.faults).toEqual([]);
      expect(disturbed?.faults).toEqual([]);
      expect(undisturbed?.evidence.alertEvents.length).toBeGreaterThan(0);
      expect(disturbed?.evidence.fates.counts['dead-letter']).toBeGreaterThan(undisturbed?.evidence.fates.counts['dead-letter'] ?? 0);
    }, 300_000);
  });
});
