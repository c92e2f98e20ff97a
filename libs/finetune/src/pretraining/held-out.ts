import { createHash } from 'node:crypto';

/** Hexadecimal digits of a hash that are looked at: 48 bits, which a number holds exactly. */
const DIGITS = 12;

/** Where a text lies in [0, 1), by its hash: the same in every run, and wherever the text stands. */
export function placeOfText(text: string): number {
  return parseInt(createHash('sha256').update(text).digest('hex').slice(0, DIGITS), 16) / 16 ** DIGITS;
}

/**
 * Texts set aside: those whose place lies below a share. Of more than `most`, those with the least places are kept, each once; however many
 * there are, at most twice as many are in memory.
 */
export class HeldOutTexts<Text extends { text: string }> {
  private kept = new Map<number, Text>();

  constructor(private readonly most: number) {}

  add(place: number, text: Text): void {
    this.kept.set(place, text);
    if (this.kept.size >= 2 * this.most) this.kept = new Map(this.least());
  }

  /** In the order of their places. */
  texts(): Text[] {
    return this.least().map(([, text]) => text);
  }

  private least(): [number, Text][] {
    return [...this.kept].sort(([one], [other]) => one - other).slice(0, this.most);
  }
}
