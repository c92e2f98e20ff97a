import type { UsedModel } from '../model/dialogue-model';

/** Texts whose vectors are kept: those of a few hundred passages. Of 384 numbers each they take 6 MB. */
const MOST_TEXTS = 4_000;

/**
 * Vectors of texts as they were embedded lately, by each version of the head: what is asked often is quoted from the same passages, and
 * embedding their sentences takes most of the time of a reply that quotes.
 */
export class RecentVectors {
  /** The text that was asked for last comes last. */
  private readonly known = new Map<string, Float32Array>();

  /** @returns a vector for each text, in their order */
  async of(model: UsedModel, texts: readonly string[]): Promise<Float32Array[]> {
    const keyOf = (text: string): string => `${model.manifestSha256} ${text}`;
    const found = texts.map((text) => this.known.get(keyOf(text)));
    const missing = texts.filter((_, place) => found[place] === undefined);
    const embedded = missing.length === 0 ? [] : await model.embed(missing);
    let next = 0;
    const vectors = found.map((vector) => vector ?? embedded[next++]);
    for (const [place, text] of texts.entries()) this.keep(keyOf(text), vectors[place]);
    return vectors;
  }

  private keep(key: string, vector: Float32Array): void {
    this.known.delete(key);
    this.known.set(key, vector);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MOST_TEXTS) return;
      this.known.delete(oldest);
    }
  }
}
