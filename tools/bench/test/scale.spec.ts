import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchInputSchema, type MarketDocument } from '@attune/contracts';
import {
  describeUnlessMissing,
  realKafka,
  realPostgres,
  writeConceptModel,
  writeHandSetRanking,
  writeWordListModel,
} from '@attune/testing';
import { generatedKnowledge } from '../src/dialogue/generated-knowledge';
import { generatedCatalogue } from '../src/recommendation/generated-catalogue';
import { liveThroughDay, type BusyDayOptions } from '../src/scale/busy-day';
import { faultsOf, gatherEvidence } from '../src/scale/evidence';
import { Feeds } from '../src/scale/feeds';
import { Ledger } from '../src/scale/ledger';
import { openScaleGround, type ScaleGround } from '../src/scale/scale-ground';
import { dayResult } from '../src/scale/scale-results';
import { removeCompiled } from '../src/service-process';
import { probeWatches } from '../src/stream/probe-texts';

const PROBES = 3;
/** In words that the word-list model knows, which reads no further than its few tokens, and each a story of its own. */
const STORIES = ['loss', 'problem', 'failed', 'terrible'].map(
  (word, story) => `A ${word} at NAME ${Array.from({ length: 24 }, (_, own) => `s${story}w${own}`).join(' ')}`,
);
const DAY: BusyDayOptions = {
  hours: 5,
  hourSeconds: 3,
  peakFactor: 2,
  documentsADay: 1_000_000,
  messages: 8,
  lists: 15,
  events: 40,
  most: 2,
  probes: PROBES,
  stories: STORIES,
  onRun: () => undefined,
};

/** News without a word that decides, about one company each. */
function news(count: number): MarketDocument[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `news-${index}`,
    source: 'spec',
    publishedAt: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
    text: `${index % 3 === 0 ? 'Halden Freight' : 'Brightmoor'} moves office number ${index} to street ${index * 7}`,
  }));
}

const KAFKA = { name: 'Kafka', missing: realKafka.missing() };
const POSTGRES = { name: 'PostgreSQL', missing: realPostgres.missing() };

// A broker and a database of its own, on which nothing else counts.
describeUnlessMissing(KAFKA, 'all three services', () => {
  describeUnlessMissing(POSTGRES, 'behind one Kafka and one PostgreSQL', () => {
    let folder: string;
    let ground: ScaleGround | undefined;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'attune-scale-'));
      const models = join(folder, 'models');
      await writeWordListModel(models);
      await writeConceptModel(models, { version: '2' });
      await writeHandSetRanking(models, { version: '3' });
      ground = await openScaleGround({
        world: {
          models: { 'sentiment-monitor': models, 'customer-service': models, recommender: models },
          documents: news(200),
          watches: [
            ...['Halden Freight', 'Brightmoor'].map((name) => watchInputSchema.parse({ name, target: { kind: 'entity', names: [name] } })),
            ...probeWatches(PROBES),
          ],
          entries: generatedKnowledge(40),
          articles: generatedCatalogue(200),
        },
        work: folder,
        // The run's own variable is none of a service's.
        environment: { ATTUNE_INFERENCE_THREADS: '1', ATTUNE_TEST_RUN: undefined },
        onRun: () => undefined,
      });
    }, 300_000);
    afterAll(async () => {
      await ground?.close();
      removeCompiled();
      await rm(folder, { recursive: true });
    }, 120_000);

    it('lose nothing and do nothing twice through a day on which instances join and leave', async () => {
      if (ground === undefined) throw new Error('There is no ground.');
      const feeds = new Feeds(ground);
      const ledger = new Ledger();
      const hours = await liveThroughDay(ground, feeds, ledger, DAY);
      const counts = await gatherEvidence(ground, feeds, ledger);
      expect(faultsOf(counts)).toEqual([]);
      // Something of everything was there to be lost.
      for (const { what, expected } of counts)
        if (!/failed|another|dead/.test(what)) expect({ what, some: expected > 0 }).toEqual({ what, some: true });
      expect(ledger.repeated).toBeGreaterThan(0);
      expect(ledger.alerts).toBe(PROBES);
      const { rows, notes } = dayResult(hours, counts, DAY, { command: 'npm run bench -- scale', notes: [] });
      expect(rows).toHaveLength(DAY.hours);
      expect(notes?.[0]).toMatch(/^Counted at both ends/);
    }, 600_000);
  });
});
