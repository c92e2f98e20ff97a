import { StoryIndex, WatchDetection } from '@attune/opinion';
import { openDatabase, type Database } from '@attune/storage';
import { join } from 'node:path';
import { MentionRepository } from './mention-repository';
import { WatchMemories, type WatchMemory } from './watch-memory';
import { WatchStateRepository } from './watch-state-repository';

const MIGRATIONS = join(__dirname, '../../migrations');
const rules = {
  windowMinutes: 5,
  hopMinutes: 1,
  sensitivity: 0.5,
  minimumStories: 4,
  minimumNegativeShare: 0.3,
  coolDownMinutes: 30,
};

describe('WatchMemories', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase({ inMemory: true, migrations: [MIGRATIONS] });
  });
  afterAll(() => database.close());

  const detection = (id: string): WatchDetection =>
    new WatchDetection({ id, name: id, rules }, { latenessMinutes: 2, documentClock: true });

  /** A watch about which so many documents came in. */
  function memoryOf(watchId: string, documents: number): WatchMemory {
    const memory: WatchMemory = { watchId, version: 0, partition: null, state: undefined, stories: new StoryIndex() };
    for (let number = 0; number < documents; number++) {
      const at = new Date(Date.UTC(2026, 2, 1, 9, 0, number)).toISOString();
      detection(watchId).take(memory, {
        ...{ documentId: `${watchId}-${number}`, watchId, source: 'spec', publishedAt: at, receivedAt: at },
        ...{ label: 'neutral', probabilities: { negative: 0, neutral: 1, positive: 0 }, score: 0, sentences: 1, topics: [] },
        ...{ fingerprint: Buffer.alloc(128, `${watchId} ${number} `).toString('base64url'), modelVersion: 'm' },
      });
    }
    return memory;
  }

  it('lets the largest watches forget their oldest documents where all together have too many', async () => {
    const memories = new WatchMemories(new WatchStateRepository(database), new MentionRepository(database), 100);
    memories.put([memoryOf('small', 10), memoryOf('large', 80)]);
    memories.put([memoryOf('other', 30)]);
    const ids = ['small', 'large', 'other'];
    const taken = await database.transaction((tx) => memories.take(tx, new Map(ids.map((id) => [id, detection(id)]))));
    const sizes = ids.map((id) => taken.get(id)?.stories.size ?? 0);
    expect(sizes[0]).toBe(10);
    expect(sizes[2]).toBe(30);
    expect(sizes[1]).toBeGreaterThan(45);
    expect(sizes[1]).toBeLessThanOrEqual(55);
    expect(taken.get('large')?.version).toBe(1);
    const rest = [...(taken.get('large')?.stories.members() ?? [])].map(({ documentId }) => documentId);
    expect(rest).toContain('large-79');
    expect(rest).not.toContain('large-0');
  });
});
