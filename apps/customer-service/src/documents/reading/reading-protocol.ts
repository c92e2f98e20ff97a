import type { DocumentMediaType } from '@attune/contracts';
import type { SplitPassage } from '@attune/dialogue';

/** A document as it was uploaded, and for whom it is split. */
export interface ReadingTask {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly mediaType: DocumentMediaType;
  /** As the upload names it. */
  readonly charset: string | undefined;
  /** As the upload gives it. */
  readonly title: string | undefined;
  readonly tokenization: { readonly directory: string; readonly maxLength: number };
}

/** A document as it is stored. */
export interface ReadDocument {
  readonly title: string;
  readonly passages: readonly SplitPassage[];
}

/** Why a document is refused; `code` is the kind of problem that it is answered with. */
export interface Refusal {
  readonly code: 'malformed-body' | 'unprocessable' | 'too-large' | 'unsupported-media-type';
  readonly detail: string;
}

export type ReadingReply =
  | { readonly id: number; readonly document: ReadDocument }
  | { readonly id: number; readonly refusal: Refusal }
  | { readonly id: number; readonly failure: string };
