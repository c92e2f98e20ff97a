/** The four words of a generator's state, so that a run can be resumed where it stopped. */
export type RandomState = [number, number, number, number];

/**
 * Seeded pseudo-random numbers: xoshiro128** (Blackman and Vigna 2018), seeded by splitmix32.
 * Same seed, same numbers, on every machine. Not for secrets.
 */
export class Random {
  private readonly words = new Uint32Array(4);
  private spareNormal: number | undefined;

  constructor(seed: number) {
    let state = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      state = (state + 0x9e3779b9) >>> 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      this.words[i] = (z ^ (z >>> 16)) >>> 0;
    }
  }

  /** A generator whose numbers are independent of this one's and depend on the state and the name alone. */
  fork(name: string): Random {
    let hash = 0x811c9dc5;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    return new Random((hash ^ this.words[0] ^ Math.imul(this.words[2], 0x27d4eb2f)) >>> 0);
  }

  get state(): RandomState {
    return [this.words[0], this.words[1], this.words[2], this.words[3]];
  }

  set state(words: RandomState) {
    this.words.set(words);
    this.spareNormal = undefined;
  }

  /** An integer in [0, 2³²). */
  uint32(): number {
    const words = this.words;
    const product = Math.imul(words[1], 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = words[1] << 9;
    words[2] ^= words[0];
    words[3] ^= words[1];
    words[1] ^= words[2];
    words[0] ^= words[3];
    words[2] ^= shifted;
    words[3] = (words[3] << 11) | (words[3] >>> 21);
    return result;
  }

  /** A number in [0, 1) with 32 random bits. */
  uniform(): number {
    return this.uint32() / 4294967296;
  }

  /** An integer in [0, bound). */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** A standard normal number (Marsaglia's polar method). */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const spare = this.spareNormal;
      this.spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.spareNormal = y * scale;
      return x * scale;
    }
  }

  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
    return items;
  }
}
