/** Hash functions of a signature. */
export const SIGNATURE_LENGTH = 64;

const SHINGLE_WORDS = 3;
/** Words of a text that are looked at; the rest of a longer one tells no other story. */
const MAX_WORDS = 2_000;

const ADDRESS = /https?:\/\/\S+|www\.\S+/gu;
/** "RT @wire: RT desk: …": who told it before. */
const REPEAT_PREFIX = /^(?:\s*["“]?(?:rt|mt|via)\b\s*:?\s+(?:@?[\p{L}\p{N}_]+:)?)+/iu;
const NAME_OF_ACCOUNT = /(^|[\s"“(])@[\p{L}\p{N}_]+:?/gu;
const AND = /\s&(?:amp;)?\s/giu;
const ENTITY = /&(?:[a-z]+|#\d+);/giu;
/** Lists of cashtags and hashtags, by which posts are found: what is told does not change with them. */
const TAGS = /(?:[$#][\p{L}\p{N}_.]+[\s,;…]*){3,}/gu;
/** Words that must be left for a list of tags to be left out. */
const FEWEST_WORDS = 4;

/** A run of letters and digits; where a script does not space its words, each of its characters. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{N}\p{M}]+/gu;

const MULTIPLIERS = new Uint32Array(SIGNATURE_LENGTH);
const OFFSETS = new Uint32Array(SIGNATURE_LENGTH);
{
  // Weyl's sequence through a finalizer: fixed for ever, since signatures are stored and compared across versions.
  let state = 0x9e3779b9;
  for (let i = 0; i < SIGNATURE_LENGTH; i++) {
    state = (state + 0x9e3779b9) >>> 0;
    MULTIPLIERS[i] = mix(state) | 1;
    state = (state + 0x9e3779b9) >>> 0;
    OFFSETS[i] = mix(state);
  }
}

/**
 * The MinHash signature of a text (Broder 1997), of which the 16 lowest bits of each minimum are kept (b-bit minwise
 * hashing: Li and König 2010), over the sets of three words in a row. What differs between tellings of one story is left
 * out first: addresses, names of accounts, marks of repetition, lists of tags, a word that was cut off, case and
 * punctuation.
 *
 * @returns 64 numbers of 16 bits in base64url
 */
export function fingerprint(text: string): string {
  return encodeSignature(signatureOf(text));
}

/** The signature as numbers, `[64]`. */
export function signatureOf(text: string): Uint16Array {
  const words = wordsOf(text);
  const minima = new Uint32Array(SIGNATURE_LENGTH).fill(0xffffffff);
  const last = Math.max(1, words.length - SHINGLE_WORDS + 1);
  for (let start = 0; start < last; start++) {
    let shingle = 0x811c9dc5;
    for (let i = start; i < Math.min(words.length, start + SHINGLE_WORDS); i++) shingle = mix(Math.imul(shingle, 31) + words[i]);
    for (let i = 0; i < SIGNATURE_LENGTH; i++) {
      const hash = mix(Math.imul(shingle, MULTIPLIERS[i]) + OFFSETS[i]);
      if (hash < minima[i]) minima[i] = hash;
    }
  }
  return Uint16Array.from(minima, (minimum) => minimum & 0xffff);
}

/** @throws RangeError for a text that is no signature */
export function decodeSignature(fingerprint: string): Uint16Array {
  const bytes = Buffer.from(fingerprint, 'base64url');
  if (bytes.length !== 2 * SIGNATURE_LENGTH) throw new RangeError(`A fingerprint has ${2 * SIGNATURE_LENGTH} bytes, not ${bytes.length}.`);
  const signature = new Uint16Array(SIGNATURE_LENGTH);
  for (let i = 0; i < SIGNATURE_LENGTH; i++) signature[i] = bytes.readUInt16LE(2 * i);
  return signature;
}

/** Estimated Jaccard similarity of the sets of shingles of two texts, 0 to 1. */
export function similarity(a: Uint16Array, b: Uint16Array): number {
  let equal = 0;
  for (let i = 0; i < SIGNATURE_LENGTH; i++) if (a[i] === b[i]) equal += 1;
  return equal / SIGNATURE_LENGTH;
}

/** A signature as a fingerprint. */
export function encodeSignature(signature: Uint16Array): string {
  const bytes = Buffer.allocUnsafe(2 * SIGNATURE_LENGTH);
  signature.forEach((value, i) => bytes.writeUInt16LE(value, 2 * i));
  return bytes.toString('base64url');
}

function wordsOf(text: string): number[] {
  const plain = withoutCutWord(text.normalize('NFKC').replace(ADDRESS, ' '))
    .replace(REPEAT_PREFIX, ' ')
    .replace(NAME_OF_ACCOUNT, '$1')
    .replace(AND, ' and ')
    .replace(ENTITY, ' ')
    .toLowerCase();
  const words = hashesOf(plain.replace(TAGS, ' '));
  return words.length >= FEWEST_WORDS ? words : hashesOf(plain);
}

/** Without the word in which a repeated post was cut off; NFKC has made three dots of its mark. */
function withoutCutWord(text: string): string {
  const end = text.trimEnd();
  return end.endsWith('...') ? end.slice(0, end.lastIndexOf(' ') + 1) : text;
}

function hashesOf(text: string): number[] {
  const words: number[] = [];
  for (const [word] of text.matchAll(WORD)) {
    words.push(hashOf(word));
    if (words.length === MAX_WORDS) break;
  }
  return words;
}

/** FNV-1a over UTF-16 code units. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The finalizer of MurmurHash3: every bit of the input changes half of those of the output. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
