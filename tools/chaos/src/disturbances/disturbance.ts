import type { MarketSystem } from '../system/market-system';

/** What a disturbance works with. */
export interface DisturbanceContext {
  readonly system: MarketSystem;
  /** Resolves once that share of the sentiment that an undisturbed run publishes is published. */
  untilShare(share: number): Promise<void>;
  /** A number in [0, 1) for this name, the same in every run. */
  chance(name: string): number;
  /** Tells what is done. */
  say(step: string): void;
}

/** Something that happens while documents are played in. */
export interface Disturbance {
  /** As the command line names it. */
  readonly name: string;
  /** As the table names it. */
  readonly title: string;
  /** Share of messages that are no documents. */
  readonly poison?: number;
  disturb(context: DisturbanceContext): Promise<void>;
}
