import { SIGNATURE_LENGTH } from './fingerprint';

const BANDS = 21;
const ROWS = 3;
/** Slots at first; a power of two, as every size is. */
const SMALLEST = 2;
const NONE = -1;
/** Entries of a bucket that are looked at, the newest first: a flood of texts that differ in a number must not make each of them slower. */
const MOST_OF_BUCKET = 256;

/**
 * Signatures by locality-sensitive hashing, 21 bands of 3 (Indyk and Motwani 1998): those that agree with another one in
 * all values of some band are found without looking at the rest. Each has a slot, a small number that is its own until it
 * is removed. Chains through typed arrays take some 300 bytes a signature, a tenth of what maps of lists would.
 */
export class SignatureTable {
  private capacity = SMALLEST;
  private signatures = new Uint16Array(SMALLEST * SIGNATURE_LENGTH);
  /** Of each bucket the entry that was added last; an entry is a slot's band, `slot * BANDS + band`. */
  private heads = newHeads(SMALLEST);
  /** Of each entry the one that was added to its bucket before. */
  private next = new Int32Array(SMALLEST * BANDS);
  private readonly free: number[] = [];
  private used = 0;

  /** @param signature `[64]` @returns its slot */
  add(signature: Uint16Array): number {
    const slot = this.free.pop() ?? this.used++;
    if (slot >= this.capacity) this.grow();
    this.signatures.set(signature, slot * SIGNATURE_LENGTH);
    this.link(slot);
    return slot;
  }

  remove(slot: number): void {
    const signature = this.signatureAt(slot);
    for (let band = 0; band < BANDS; band++) {
      const bucket = this.bucketOf(signature, band);
      const entry = slot * BANDS + band;
      if (this.heads[bucket] === entry) {
        this.heads[bucket] = this.next[entry];
        continue;
      }
      let before = this.heads[bucket];
      while (this.next[before] !== entry) before = this.next[before];
      this.next[before] = this.next[entry];
    }
    this.free.push(slot);
  }

  /** Slots of the signatures that share a band with this one, and of a few more; each once. */
  candidates(signature: Uint16Array): Set<number> {
    const found = new Set<number>();
    for (let band = 0; band < BANDS; band++) {
      let entry = this.heads[this.bucketOf(signature, band)];
      for (let looked = 0; entry !== NONE && looked < MOST_OF_BUCKET; looked++, entry = this.next[entry]) {
        if (entry % BANDS === band) found.add((entry - band) / BANDS);
      }
    }
    return found;
  }

  /** The signature of a slot; a view that is good until the next change. */
  signatureAt(slot: number): Uint16Array {
    return this.signatures.subarray(slot * SIGNATURE_LENGTH, (slot + 1) * SIGNATURE_LENGTH);
  }

  private link(slot: number): void {
    const signature = this.signatureAt(slot);
    for (let band = 0; band < BANDS; band++) {
      const bucket = this.bucketOf(signature, band);
      const entry = slot * BANDS + band;
      this.next[entry] = this.heads[bucket];
      this.heads[bucket] = entry;
    }
  }

  private bucketOf(signature: Uint16Array, band: number): number {
    let hash = band + 1;
    for (let row = band * ROWS; row < (band + 1) * ROWS; row++) hash = Math.imul(hash ^ signature[row], 0x9e3779b1);
    return (hash ^ (hash >>> 15)) & (this.heads.length - 1);
  }

  /** Only called when every slot but the newest is taken. */
  private grow(): void {
    const before = this.capacity;
    this.capacity *= 2;
    const signatures = new Uint16Array(this.capacity * SIGNATURE_LENGTH);
    signatures.set(this.signatures);
    this.signatures = signatures;
    this.heads = newHeads(this.capacity);
    this.next = new Int32Array(this.capacity * BANDS);
    for (let slot = 0; slot < before; slot++) this.link(slot);
  }
}

function newHeads(capacity: number): Int32Array {
  // 16 buckets a signature for its 21 entries.
  return new Int32Array(capacity * 16).fill(NONE);
}
