import type { Influence } from './types';

/** A piece of a text; with an influence it is a word that mattered. */
export interface TextPiece {
  readonly text: string;
  readonly influence?: number;
}

/** A text in pieces, in its order: the words that mattered, and what stands between them. Words beyond the text are left out. */
export function piecesOf(text: string, explanation: readonly Influence[]): TextPiece[] {
  const pieces: TextPiece[] = [];
  let place = 0;
  for (const { start, end, influence } of [...explanation].sort((one, other) => one.start - other.start)) {
    if (start < place || end > text.length) continue;
    if (start > place) pieces.push({ text: text.slice(place, start) });
    pieces.push({ text: text.slice(start, end), influence });
    place = end;
  }
  if (place < text.length) pieces.push({ text: text.slice(place) });
  return pieces;
}

/** What the strongest influence is taken for at least: where no word matters, none shall look as if it did. */
const LEAST_STRONGEST = 0.05;

/** How strong an influence is beside the strongest of them, 0 to 1. */
export function strengthOf(influence: number, explanation: readonly Influence[]): number {
  return Math.abs(influence) / Math.max(LEAST_STRONGEST, ...explanation.map((each) => Math.abs(each.influence)));
}
