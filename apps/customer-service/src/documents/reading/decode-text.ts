import { TextDecoder } from 'node:util';
import { RefusedDocument } from './refused-document';

/** Bytes in which HTML names its encoding (HTML Living Standard, "prescan a byte stream"). */
const PRESCAN = 1_024;
const META = /<meta[^>]{0,500}?charset\s*=\s*["']?\s*([\w:.-]{1,40})/i;
/** No text has it; files of programs do, and so does UTF-16 whose encoding nobody names. */
const NUL = '\0';

/**
 * The text of bytes: in the encoding of their byte order mark, else in that which the upload names, else in that which the page names,
 * else in UTF-8. Nothing is guessed: a wrong encoding would be stored as nonsense.
 *
 * @throws RefusedDocument where they are no text in that encoding, or nobody knows the encoding
 */
export function decodeText(bytes: Uint8Array, charset: string | undefined, isHtml: boolean): string {
  const label = ofByteOrderMark(bytes) ?? charset ?? (isHtml ? ofPage(bytes) : undefined) ?? 'utf-8';
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label, { fatal: true });
  } catch {
    throw new RefusedDocument('unsupported-media-type', `Nobody here reads the character encoding "${label}". Send it in UTF-8.`);
  }
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw new RefusedDocument(
      'malformed-body',
      `This is no text in ${decoder.encoding}. Name its encoding, as in "text/plain; charset=windows-1252", or send it in UTF-8.`,
    );
  }
  if (text.includes(NUL)) throw new RefusedDocument('malformed-body', `This is no text in ${decoder.encoding}: it holds U+0000.`);
  return text;
}

function ofByteOrderMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return first === 0xff && second === 0xfe ? 'utf-16le' : undefined;
}

function ofPage(bytes: Uint8Array): string | undefined {
  return META.exec(Buffer.from(bytes.subarray(0, PRESCAN)).toString('latin1'))?.[1];
}
