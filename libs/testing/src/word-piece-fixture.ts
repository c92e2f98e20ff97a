import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What Hugging Face's WordPieceTrainer learns from counted words; written by tools/fixtures/word_pieces.py. */
export interface WordPieceFixture {
  counts: Record<string, number>;
  /** Pieces that come first. */
  special: string[];
  /** By the size that was wanted, the pieces in the order of their ids. */
  pieces: Record<string, string[]>;
}

export function wordPieceFixture(): WordPieceFixture {
  return JSON.parse(readFileSync(join(__dirname, '../fixtures/word-pieces.json'), 'utf8')) as WordPieceFixture;
}
