import type { PartitionAssigner } from 'kafkajs';
import { PartitionAssigners } from 'kafkajs';
import { isPatchedVersion, kafkajsClass } from './idle-timer-patch';

/** What is used of kafkajs's ConsumerGroup. */
interface ConsumerGroup {
  readonly assigners: readonly object[];
  readonly groupId: string;
  readonly generationId: number | null;
  /** Null where the broker has thrown this member out. */
  readonly memberId: string | null;
  readonly coordinator: { heartbeat(member: { groupId: string; memberId: string; groupGenerationId: number }): Promise<unknown> } | null;
}

/** What happens before a consumer gives its partitions up. */
export interface BeforeJoin {
  /**
   * Finishes and commits what is in hand.
   *
   * @param heartbeat keeps the membership alive meanwhile; failures are the join's to find
   * @param isMember false where the partitions are lost already
   */
  (isMember: boolean, heartbeat: () => Promise<void>): Promise<void>;
}

/** kafkajs makes a group's assigners itself and keeps them: the one place where a group can be told from another. */
const hooks = new WeakMap<object, BeforeJoin>();

/** An assigner that gives partitions in turn, and makes its consumer call back before each join. */
export function assignerWithHook(beforeJoin: BeforeJoin): PartitionAssigner {
  return (config) => {
    const assigner = PartitionAssigners.roundRobin(config);
    hooks.set(assigner, beforeJoin);
    return assigner;
  };
}

/**
 * kafkajs joins a group anew the moment it hears of a rebalance. The batches in hand must be finished and committed
 * first: afterwards another consumer has their partitions, and would do the same work at the same time.
 */
export function patchRebalance(): void {
  if (!isPatchedVersion()) return;
  const group = kafkajsClass<ConsumerGroup & { joinAndSync(): Promise<void> }>('consumer/consumerGroup').prototype;
  const { joinAndSync } = group;
  group.joinAndSync = async function (this: ConsumerGroup): Promise<void> {
    for (const assigner of this.assigners) await hooks.get(assigner)?.(this.memberId !== null, () => heartbeat(this));
    return joinAndSync.call(this);
  };
}

async function heartbeat({ groupId, generationId, memberId, coordinator }: ConsumerGroup): Promise<void> {
  if (coordinator === null || memberId === null || generationId === null) return;
  // During a rebalance the broker counts the heartbeat and answers with an error all the same.
  await coordinator.heartbeat({ groupId, memberId, groupGenerationId: generationId }).catch(() => undefined);
}
