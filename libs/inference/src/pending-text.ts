import type { Call } from './call';
import type { TextInput } from './worker-protocol';

/** A text that one or several calls wait for. */
export interface PendingText {
  readonly key: string;
  readonly input: TextInput;
  /** Estimated from its characters. */
  readonly tokens: number;
  /** Names of the ONNX outputs that are wanted of it. */
  outputs: readonly string[];
  /** It waits with the texts of bulk calls. */
  bulk: boolean;
  /** Dropped: every call that wanted it was withdrawn before a worker had it. */
  state: 'waiting' | 'sent' | 'dropped';
  /** On the clock of `performance.now()`. */
  sentAt: number;
  readonly wantedBy: { readonly call: Call; readonly position: number }[];
}

/** What tells texts and pairs of texts apart. */
export function textKey({ text, pair }: TextInput): string {
  return pair === undefined ? `1:${text}` : `2:${text.length}:${text}${pair}`;
}
