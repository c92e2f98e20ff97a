import type { MarketDocument, WatchInput } from '@attune/contracts';

/** What is played into the monitor. */
export interface Market {
  /** In the order of their publication. */
  readonly documents: readonly MarketDocument[];
  readonly watches: readonly WatchInput[];
}
