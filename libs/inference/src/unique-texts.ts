import { textKey } from './pending-text';
import type { TextInput } from './worker-protocol';

/** Different texts in the order of their first appearance, and for each given text the position of its own among them. */
export function uniqueTexts(texts: readonly TextInput[]): { unique: readonly TextInput[]; positions: number[] } {
  if (texts.length === 1) return { unique: texts, positions: [0] };
  const unique: TextInput[] = [];
  const known = new Map<string, number>();
  const positions = texts.map(({ text, pair }) => {
    const key = textKey(pair === undefined ? { text } : { text, pair });
    const position = known.get(key) ?? unique.length;
    if (position === unique.length) {
      known.set(key, position);
      unique.push(pair === undefined ? { text } : { text, pair });
    }
    return position;
  });
  return { unique, positions };
}
