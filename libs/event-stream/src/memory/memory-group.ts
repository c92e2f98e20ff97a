import type { MemoryConsumer } from './memory-consumer';
import type { MemoryTopic } from './memory-topic';

/** Consumers that share a topic's partitions, and how far the group is in each. */
export class MemoryGroup {
  /** Offset of the next message to handle, a partition each. */
  readonly committed: number[];
  private members: MemoryConsumer[] = [];
  private changing: Promise<void> = Promise.resolve();

  constructor(readonly topic: MemoryTopic) {
    this.committed = topic.partitions.map(({ first }) => first);
  }

  join(member: MemoryConsumer): Promise<void> {
    return this.rebalance(() => this.members.push(member));
  }

  leave(member: MemoryConsumer): Promise<void> {
    return this.rebalance(() => (this.members = this.members.filter((other) => other !== member)));
  }

  /** A member lost what it had in hand: it gets it again from the last commit. */
  restart(): Promise<void> {
    return this.rebalance(() => undefined);
  }

  get hasMembers(): boolean {
    return this.members.length > 0;
  }

  get isDrained(): boolean {
    return this.topic.partitions.every(({ end }, partition) => (this.committed[partition] ?? 0) >= end);
  }

  /** Messages that are not handled yet. */
  get backlog(): number {
    return this.topic.partitions.reduce((sum, { end }, partition) => sum + end - (this.committed[partition] ?? 0), 0);
  }

  feed(): void {
    for (const member of this.members) member.feed();
  }

  /** As a broker does it: everyone gives up all partitions, finishing the batches in hand, and gets its share anew. */
  private rebalance(change: () => void): Promise<void> {
    this.changing = this.changing.then(async () => {
      await Promise.all(this.members.map((member) => member.release()));
      change();
      this.members.forEach((member, index) => {
        member.assign(this.committed.map((_, partition) => partition).filter((partition) => partition % this.members.length === index));
      });
      this.feed();
    });
    return this.changing;
  }
}
