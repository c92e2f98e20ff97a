import { StoryIndex, type WatchDetection, type WatchKnowledge } from '@attune/opinion';
import type { Transaction } from '@attune/storage';
import { type MentionRepository } from './mention-repository';
import { type WatchStateRepository } from './watch-state-repository';

/** What detection knows of a watch. */
export interface WatchMemory extends WatchKnowledge {
  watchId: string;
  /** Version of the stored state that this one follows. */
  version: number;
  /** Of `market.sentiment`, from which its events come. */
  partition: number | null;
}

/** Watches remembered at once; of others the state is read from the database when they are needed. */
const CAPACITY = 20_000;
/** Documents of all watches together that others are compared with, of some 600 bytes each. */
const MOST_TELLINGS_OF_ALL = 200_000;
/** Once there are more, the largest watches forget their oldest ones until so much of that is left. */
const LEFT_SHARE = 0.95;

/**
 * What detection knows of the watches it handled last. It is taken out for a transaction and put back once that has
 * committed, so that after a failure everything is read from the database again. A memory that another instance has
 * overtaken is found out when its state is stored, see `WatchStateRepository.save`.
 */
export class WatchMemories {
  private readonly kept = new Map<string, WatchMemory>();
  /** Documents of the watches that are kept. */
  private tellings = 0;

  constructor(
    private readonly states: WatchStateRepository,
    private readonly mentions: MentionRepository,
    private readonly mostTellings = MOST_TELLINGS_OF_ALL,
  ) {}

  /** Takes memories out, reading those from the database that are not at hand. */
  async take(tx: Transaction, detections: ReadonlyMap<string, WatchDetection>): Promise<Map<string, WatchMemory>> {
    const taken = new Map<string, WatchMemory>();
    const missing: string[] = [];
    for (const id of detections.keys()) {
      const memory = this.remove(id);
      if (memory === undefined) missing.push(id);
      else taken.set(id, memory);
    }
    const states = await this.states.load(tx, missing);
    const members = await this.mentions.recentMembers(tx, missing);
    for (const watchId of missing) {
      const stored = states.get(watchId);
      taken.set(watchId, {
        watchId,
        version: stored?.version ?? 0,
        partition: stored?.partition ?? null,
        state: stored === undefined ? undefined : detections.get(watchId)?.restore(stored.state),
        stories: StoryIndex.restore(members.get(watchId) ?? []),
      });
    }
    return taken;
  }

  /** Puts memories back that a committed transaction has stored as their next version. */
  put(memories: Iterable<WatchMemory>): void {
    for (const memory of memories) {
      if (memory.state === undefined) continue;
      this.remove(memory.watchId);
      this.kept.set(memory.watchId, { ...memory, version: memory.version + 1 });
      this.tellings += memory.stories.size;
    }
    for (const watchId of this.kept.keys()) {
      if (this.kept.size <= CAPACITY) break;
      this.remove(watchId);
    }
    if (this.tellings > this.mostTellings) this.shrink();
  }

  /** Forgets what another instance may have overtaken. */
  drop(watchIds: Iterable<string>): void {
    for (const watchId of watchIds) this.remove(watchId);
  }

  private remove(watchId: string): WatchMemory | undefined {
    const memory = this.kept.get(watchId);
    this.kept.delete(watchId);
    this.tellings -= memory?.stories.size ?? 0;
    return memory;
  }

  private shrink(): void {
    while (this.tellings > LEFT_SHARE * this.mostTellings) {
      const [largest] = [...this.kept.values()].sort((one, other) => other.stories.size - one.stories.size);
      const before = largest.stories.size;
      largest.stories.shrink();
      this.tellings += largest.stories.size - before;
    }
  }
}
