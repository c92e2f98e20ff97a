import { sha256 } from '@attune/artifact';
import type { FeedbackRow } from '@attune/contracts';

/** Hash of a text, and its second text, that is the same for two that differ in case, blanks or the form of their characters (Unicode NFKC) alone. */
export function contentKey({ text, pair }: Pick<FeedbackRow, 'text' | 'pair'>): string {
  return sha256(JSON.stringify([normalized(text), ...(pair === undefined ? [] : [normalized(pair)])]));
}

/** Hash of a label; of several the order says nothing. */
export function labelKey(label: FeedbackRow['label']): string {
  return sha256(JSON.stringify(typeof label === 'string' ? [label] : [...new Set(label)].sort()));
}

/** One text of so many is kept aside from learning. */
const RECENT_SHARE = 5;

/** Whether a text is kept aside to judge by: always the same ones, so that none is ever both learnt and judged by. */
export function isKeptAside(key: string): boolean {
  return Number.parseInt(key.slice(0, 8), 16) % RECENT_SHARE === 0;
}

function normalized(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}
