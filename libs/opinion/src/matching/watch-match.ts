import type { MarketDocument, Watch } from '@attune/contracts';
import type { Sentence } from '../sentences/sentence';

/** What of a document is matched. */
export type MatchableDocument = Pick<MarketDocument, 'title' | 'text'>;

/** What of a watch is matched. */
export type MatchableWatch = Pick<Watch, 'id' | 'target' | 'enabled'>;

/** How a watch was named. */
export type SurfaceKind = 'name' | 'ticker' | 'cashtag' | 'hashtag' | 'account' | 'pattern' | 'keyword';

/** A place of a document that names a watch. */
export interface SurfaceForm {
  readonly field: 'title' | 'text';
  /** UTF-16 offsets in the field; a cashtag's sign is part of it. */
  readonly start: number;
  readonly end: number;
  /** As the document writes it. */
  readonly surface: string;
  readonly kind: SurfaceKind;
}

/** A document that concerns a watch. */
export interface WatchMatch {
  readonly watchId: string;
  /** The first name of an entity, about which the head is asked. A topic has none, and its sentiment is that of the whole text. */
  readonly target: string | undefined;
  /** By field and place. Empty where a topic was recognised by its meaning. */
  readonly forms: readonly SurfaceForm[];
  /** The sentences with these places, the title first. */
  readonly sentences: readonly Sentence[];
}
