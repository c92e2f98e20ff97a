import { processorTimeOf, timeBetween, type ProcessorTime } from '../processor-time';
import type { RunningServer } from '../serving/server-process';

const NONE: ProcessorTime = { main: 0, others: 0, children: 0 };

/** Instances of one service, each a process of its own, of which there may be more or fewer. */
export class Replicas {
  private readonly running: RunningServer[] = [];
  private readonly leaving = new Map<RunningServer, Promise<void>>();
  /** Of instances that have left. */
  private left = NONE;

  /** @param start starts an instance and waits until it is ready */
  constructor(private readonly start: () => Promise<RunningServer>) {}

  /** Where those that are ready are. */
  get urls(): string[] {
    return this.running.map(({ url }) => url);
  }

  /** Starts one after the other, or asks the latest to end, until there are so many. Those that leave are waited for by `untilLeft`. */
  async scaleTo(count: number): Promise<void> {
    while (this.running.length < count) this.running.push(await this.start());
    for (const server of this.running.splice(count)) {
      this.left = added(this.left, processorTimeOf(server.pid));
      this.leaving.set(
        server,
        server.stop().finally(() => this.leaving.delete(server)),
      );
    }
  }

  /** Waits until those that were asked to end have ended. */
  async untilLeft(): Promise<void> {
    await Promise.all(this.leaving.values());
  }

  /** Processor time of all instances so far; of one that has left, until it was asked to. */
  times(): ProcessorTime {
    return this.running.map(({ pid }) => processorTimeOf(pid)).reduce(added, this.left);
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    await this.scaleTo(0);
    await this.untilLeft();
  }
}

function added(one: ProcessorTime, other: ProcessorTime): ProcessorTime {
  return { main: one.main + other.main, others: one.others + other.others, children: one.children + other.children };
}

/** @returns what says which processor time was used since */
export function watchTimes(look: () => ProcessorTime): () => ProcessorTime {
  const before = look();
  return () => timeBetween(before, look());
}
