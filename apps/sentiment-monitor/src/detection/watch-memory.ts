import { StoryIndex, type WatchDetection, type WatchKnowledge } from '@attune/opinion';
import type { Transaction } from '@attune/storage';
import { type MentionRepository } from './mention-repository';
import { type WatchStateRepository } from './watch-state-repository';

/** What detection knows of a watch. */
export interface WatchMemory extends WatchKnowledge {
  watchId: string;
  /** Version of the stored state that this one follows. */
  version: number;
}

/** Watches remembered at once; of others the state is read from the database when they are needed. */
const CAPACITY = 20_000;

/**
 * What detection knows of the watches it handled last. It is taken out for a transaction and put back once that has
 * committed, so that after a failure everything is read from the database again. A memory that another instance has
 * overtaken is found out when its state is stored, see `WatchStateRepository.save`.
 */
export class WatchMemories {
  private readonly kept = new Map<string, WatchMemory>();

  constructor(
    private readonly states: WatchStateRepository,
    private readonly mentions: MentionRepository,
  ) {}

  /** Takes memories out, reading those from the database that are not at hand. */
  async take(tx: Transaction, detections: ReadonlyMap<string, WatchDetection>): Promise<Map<string, WatchMemory>> {
    const taken = new Map<string, WatchMemory>();
    const missing: string[] = [];
    for (const id of detections.keys()) {
      const memory = this.kept.get(id);
      this.kept.delete(id);
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
        state: stored === undefined ? undefined : detections.get(watchId)?.restore(stored.state),
        stories: StoryIndex.restore(members.get(watchId) ?? []),
      });
    }
    return taken;
  }

  /** Puts memories back that a committed transaction has stored as their next version. */
  put(memories: Iterable<WatchMemory>): void {
    for (const memory of memories) {
      if (memory.state !== undefined) this.kept.set(memory.watchId, { ...memory, version: memory.version + 1 });
    }
    for (const watchId of this.kept.keys()) {
      if (this.kept.size <= CAPACITY) break;
      this.kept.delete(watchId);
    }
  }

  /** Forgets what another instance may have overtaken. */
  drop(watchIds: Iterable<string>): void {
    for (const watchId of watchIds) this.kept.delete(watchId);
  }
}
