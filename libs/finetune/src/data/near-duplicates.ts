/**
 * Near-duplicate texts by character shingles: MinHash (Broder 1997) with one permutation (Li, Owen and Zhang 2012) and
 * optimal densification (Shrivastava 2017), banded into locality-sensitive buckets. Candidates whose signatures are alike are
 * then checked by the exact Jaccard similarity of their shingle sets. Characters, not words, so that no language is assumed.
 */

const SHINGLE_LENGTH = 4;
const BINS = 64;
const BIN_SHIFT = 26;
const ROWS_PER_BAND = 5;
const BANDS = Math.floor(BINS / ROWS_PER_BAND);
/** Earlier texts compared with in a bucket; template-like data would fill buckets without bound. */
const CANDIDATES_PER_BUCKET = 8;
/** An estimate from 64 bins has a standard deviation of about 0.05; three of them are allowed for. */
const ESTIMATE_TOLERANCE = 0.15;
/** Shingle sets up to this size are kept; larger ones are made again for the few candidates that need them. */
const KEPT_SHINGLES = 512;
/** Characters of a text that are looked at. */
const LONGEST_TEXT = 20_000;
const EMPTY_BIN = 0xffffffff;

/** Mixes all bits of a 32-bit integer (the finaliser of MurmurHash3, Appleby 2011). */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** What near-duplicates are compared by: letters and digits in lower case, everything else one space. */
function comparable(text: string): string {
  const start = text.slice(0, LONGEST_TEXT).toLowerCase();
  const folded = start.replace(/[^\p{L}\p{M}\p{N} ]+| {2,}/gu, ' ').trim();
  return folded === '' ? start : folded;
}

/** The hash of the shingle that starts at a position. */
function shingleHash(folded: string, start: number): number {
  let hash = 0;
  for (let at = start; at < start + SHINGLE_LENGTH; at++) hash = Math.imul(hash, 0x01000193) + (folded.charCodeAt(at) || 0) + 1;
  return Math.min(mix(hash), EMPTY_BIN - 1);
}

function shingleCount(folded: string): number {
  return Math.max(1, folded.length - SHINGLE_LENGTH + 1);
}

/** The sorted set of a text's shingles. */
function shinglesOf(folded: string): Uint32Array {
  const hashes = new Uint32Array(shingleCount(folded));
  for (let start = 0; start < hashes.length; start++) hashes[start] = shingleHash(folded, start);
  hashes.sort();
  let unique = 1;
  for (let i = 1; i < hashes.length; i++) if (hashes[i] !== hashes[i - 1]) hashes[unique++] = hashes[i];
  return hashes.slice(0, unique);
}

/**
 * Writes a text's signature to `signature` `[BINS]`: each bin holds the least hash of its share of the hash space, and an empty
 * one borrows from a bin that a hash of its number picks.
 */
function writeSignature(folded: string, bins: Uint32Array, signature: Uint32Array): void {
  bins.fill(EMPTY_BIN);
  const count = shingleCount(folded);
  for (let start = 0; start < count; start++) {
    const hash = shingleHash(folded, start);
    const bin = hash >>> BIN_SHIFT;
    if (hash < bins[bin]) bins[bin] = hash;
  }
  signature.set(bins);
  for (let bin = 0; bin < BINS; bin++) {
    for (let attempt = 1; signature[bin] === EMPTY_BIN; attempt++)
      signature[bin] = bins[mix(Math.imul(bin + 1, 0x10001) + attempt) >>> BIN_SHIFT];
  }
}

function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      shared++;
      i++;
      j++;
    } else if (a[i] < b[j]) i++;
    else j++;
  }
  return shared / (a.length + b.length - shared);
}

/** A text already in an index and how like the asked one it is: the Jaccard similarity, 0 to 1. */
export interface NearDuplicate {
  id: number;
  similarity: number;
}

/** Texts prepared for comparison. A text's id is its position. */
export class SketchedTexts {
  private readonly signatures: Uint32Array;
  private readonly keptShingles: (Uint32Array | undefined)[] = [];

  constructor(private readonly texts: string[]) {
    this.signatures = new Uint32Array(texts.length * BINS);
    const bins = new Uint32Array(BINS);
    for (const [id, text] of texts.entries()) writeSignature(comparable(text), bins, this.signatures.subarray(id * BINS, (id + 1) * BINS));
  }

  /** The bucket of a text in one band, a 32-bit hash. */
  bucket(id: number, band: number): number {
    let hash = band + 1;
    const start = id * BINS + band * ROWS_PER_BAND;
    for (let row = 0; row < ROWS_PER_BAND; row++) hash = mix(Math.imul(hash, 31) ^ this.signatures[start + row]);
    return hash;
  }

  /** The similarity of two texts, or 0 where their signatures already show that it is below `least`. */
  similarity(a: number, b: number, least: number): number {
    const needed = Math.ceil((least - ESTIMATE_TOLERANCE) * BINS);
    let alike = 0;
    for (let bin = 0; bin < BINS; bin++) if (this.signatures[a * BINS + bin] === this.signatures[b * BINS + bin]) alike++;
    return alike < needed ? 0 : jaccard(this.shingles(a), this.shingles(b));
  }

  private shingles(id: number): Uint32Array {
    const kept = this.keptShingles[id];
    if (kept) return kept;
    const shingles = shinglesOf(comparable(this.texts[id]));
    if (shingles.length <= KEPT_SHINGLES) this.keptShingles[id] = shingles;
    return shingles;
  }
}

/** Finds, for a text, the most similar one among those added before. Deterministic. */
export class NearDuplicateIndex {
  /** Per band, a hash table of the latest entry of each bucket; `previous` chains an entry to the one before it. Entries count from 1. */
  private readonly latest: Int32Array;
  private readonly previous: Int32Array;
  private readonly slots: number;
  private readonly ids: Int32Array;
  private readonly askedFor: Int32Array;
  private size = 0;

  /**
   * @param threshold Least Jaccard similarity of character shingles, 0 to 1, at which texts count as near-duplicates.
   * @param capacity Texts that will be added.
   */
  constructor(
    private readonly sketches: SketchedTexts,
    private readonly threshold: number,
    capacity: number,
  ) {
    this.slots = 2 ** Math.ceil(Math.log2(Math.max(2 * capacity, 2)));
    this.latest = new Int32Array(BANDS * this.slots);
    this.previous = new Int32Array(BANDS * (capacity + 1));
    this.ids = new Int32Array(capacity + 1);
    this.askedFor = new Int32Array(capacity + 1).fill(-1);
  }

  /** The most similar text added so far, if it reaches the threshold. */
  nearest(asked: number): NearDuplicate | undefined {
    let best: NearDuplicate | undefined;
    for (let band = 0; band < BANDS; band++) {
      let entry = this.latest[this.slot(asked, band)];
      for (let compared = 0; entry !== 0 && compared < CANDIDATES_PER_BUCKET; compared++) {
        if (this.askedFor[entry] !== asked) {
          this.askedFor[entry] = asked;
          const similarity = this.sketches.similarity(asked, this.ids[entry], best?.similarity ?? this.threshold);
          if (similarity >= this.threshold && similarity > (best?.similarity ?? 0)) best = { id: this.ids[entry], similarity };
        }
        entry = this.previous[entry * BANDS + band];
      }
    }
    return best;
  }

  /** Adds a text. */
  add(id: number): void {
    const entry = ++this.size;
    this.ids[entry] = id;
    for (let band = 0; band < BANDS; band++) {
      const slot = this.slot(id, band);
      this.previous[entry * BANDS + band] = this.latest[slot];
      this.latest[slot] = entry;
    }
  }

  private slot(id: number, band: number): number {
    return band * this.slots + (this.sketches.bucket(id, band) & (this.slots - 1));
  }
}
