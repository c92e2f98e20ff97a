import { AttuneError } from '../errors';
import { z } from 'zod';

/** Bytes of one element of each type that the format knows. */
const BYTES_OF_TYPE: Record<string, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
};

/** The reference implementation refuses headers above this, so that a lying length cannot claim memory. */
export const LARGEST_HEADER = 100_000_000;

const count = z.number().int().nonnegative();
const entrySchema = z.object({ dtype: z.string(), shape: z.array(count), data_offsets: z.tuple([count, count]) });

/** Where a tensor lies in its file. */
export interface TensorEntry {
  name: string;
  dtype: string;
  shape: number[];
  /** First byte, counted from the start of the file. */
  start: number;
  /** Length in bytes. */
  length: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes in the file. */
  entries: TensorEntry[];
  metadata: Record<string, string>;
}

export function badSafetensors(file: string, what: string, cause?: unknown): AttuneError {
  return new AttuneError('bad-model', `${file}: ${what}`, {
    remedy: 'The file is damaged or was not fully downloaded: fetch it again.',
    cause,
  });
}

/** Length of the header, from the file's first eight bytes, checked against the file's size. */
export function parseHeaderLength(file: string, first: Buffer, fileSize: number): number {
  if (first.length < 8) throw badSafetensors(file, `is ${first.length} bytes long, too short for a safetensors file`);
  const length = first.readBigUInt64LE(0);
  if (length > BigInt(LARGEST_HEADER)) {
    throw badSafetensors(file, `says its header is ${length} bytes long, more than the ${LARGEST_HEADER} allowed; not a safetensors file?`);
  }
  if (length < 2n) throw badSafetensors(file, `says its header is ${length} bytes long, too short to name any tensor`);
  if (Number(length) + 8 > fileSize) {
    throw badSafetensors(file, `says its header is ${length} bytes long, but the file has only ${fileSize} bytes`);
  }
  return Number(length);
}

function parseEntry(file: string, name: string, value: unknown, dataStart: number, fileSize: number): TensorEntry {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    throw badSafetensors(file, `the header's entry for "${name}" is wrong: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
  }
  const { dtype, shape, data_offsets: offsets } = parsed.data;
  if (!Object.hasOwn(BYTES_OF_TYPE, dtype)) throw badSafetensors(file, `tensor "${name}" has the unknown type ${dtype}`);
  const length = offsets[1] - offsets[0];
  const expected = shape.reduce((product, size) => product * size, BYTES_OF_TYPE[dtype]);
  if (length !== expected) {
    throw badSafetensors(
      file,
      `tensor "${name}" of ${dtype} [${shape.join(', ')}] needs ${expected} bytes, but its offsets give ${length}`,
    );
  }
  if (dataStart + offsets[1] > fileSize) {
    const missing = dataStart + offsets[1] - fileSize;
    throw badSafetensors(file, `is truncated: tensor "${name}" ends ${missing} bytes past the end of the file`);
  }
  return { name, dtype, shape, start: dataStart + offsets[0], length };
}

function parseMetadata(file: string, value: unknown): Record<string, string> {
  const parsed = z.record(z.string(), z.string()).safeParse(value ?? {});
  if (!parsed.success) throw badSafetensors(file, 'the header\'s "__metadata__" is not a map from strings to strings');
  return parsed.data;
}

/**
 * Parses and checks a header by the rules of the format (https://github.com/huggingface/safetensors#format): every tensor's
 * offsets fit its type and shape, no two overlap, none leaves the file, and together they cover it without holes.
 *
 * @throws AttuneError `bad-model`, naming the file and the tensor.
 */
export function parseHeader(file: string, text: string, fileSize: number, dataStart: number): SafetensorsHeader {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw badSafetensors(file, 'its header is not JSON; not a safetensors file?', error);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw badSafetensors(file, 'its header is not a JSON object');

  const entries: TensorEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') metadata = parseMetadata(file, value);
    else entries.push(parseEntry(file, name, value, dataStart, fileSize));
  }
  entries.sort((a, b) => a.start - b.start || a.length - b.length);

  let end = dataStart;
  for (const [index, entry] of entries.entries()) {
    if (entry.start < end) throw badSafetensors(file, `tensors "${entries[index - 1].name}" and "${entry.name}" overlap`);
    if (entry.start > end) throw badSafetensors(file, `${entry.start - end} bytes before tensor "${entry.name}" belong to no tensor`);
    end = entry.start + entry.length;
  }
  if (end !== fileSize) throw badSafetensors(file, `${fileSize - end} bytes at its end belong to no tensor`);
  return { entries, metadata };
}
