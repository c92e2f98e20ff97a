import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Watch, WatchInput } from '@attune/contracts';

type Contracts = typeof import('@attune/contracts');

/** A value of the file with where it stands. */
interface Entry {
  readonly where: string;
  readonly value: unknown;
}

const LONGEST_SLUG = 40;
/** Of a watch that was never stored. */
const NEVER = '1970-01-01T00:00:00.000Z';

/**
 * Reads watches from a file: a JSON array, one object a line, or a page as `GET /v1/watches` answers. Each is what `POST /v1/watches`
 * takes, or what it answers. A watch without an id gets one from its name and target: the same in every run.
 *
 * @throws AttuneError `bad-data` naming the watch that is none, or the id that two have
 */
export async function readWatches(path: string): Promise<Watch[]> {
  const [{ AttuneError }, contracts] = await Promise.all([import('@attune/artifact'), import('@attune/contracts')]);
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '').trim();
  const watches = entriesOf(text).map(({ where, value }) => {
    const watch = parseWatch(contracts, value);
    if (typeof watch !== 'string') return watch;
    throw new AttuneError('bad-data', `${path}, ${where} is no watch: ${watch}.`, {
      remedy: 'A watch is what POST /v1/watches takes: a name, a target, and rules where they are others than the usual ones.',
    });
  });
  if (watches.length === 0) throw new AttuneError('bad-data', `${path} holds no watches.`);
  const repeated = watches.find(({ id }, index) => watches.findIndex((other) => other.id === id) < index);
  if (repeated === undefined) return watches;
  throw new AttuneError('bad-data', `${path}: two watches have the id ${repeated.id}, the second is ${repeated.name}.`);
}

/** An id that says whose it is: the same for the same name and target, whatever the rules. */
export function deriveWatchId({ name, target }: Pick<WatchInput, 'name' | 'target'>): string {
  const words =
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/\p{M}/gu, '')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const hash = createHash('sha256')
    .update(JSON.stringify([name, target]))
    .digest('hex')
    .slice(0, 8);
  return [...(words.length === 0 ? [] : [words.join('-').slice(0, LONGEST_SLUG)]), hash].join('-');
}

function entriesOf(text: string): Entry[] {
  const whole = tryJson(text);
  if (whole !== undefined) return listOf(whole).map((value, index) => ({ where: `watch ${index + 1}`, value }));
  return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [{ where: `line ${index + 1}`, value: tryJson(line) }]));
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  if (typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items)) return value.items as unknown[];
  return [value];
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The watch, or what is wrong with it. */
function parseWatch({ watchInputSchema, watchSchema }: Contracts, value: unknown): Watch | string {
  if (value === undefined) return 'it is not JSON';
  if (typeof value !== 'object' || value === null) return 'it is not an object';
  const stored = watchSchema.pick({ id: true, createdAt: true, updatedAt: true, mutedUntil: true }).partial();
  const entries = Object.entries(value);
  const known = stored.safeParse(Object.fromEntries(entries.filter(([key]) => key in stored.shape)));
  if (!known.success) return describe(known.error.issues[0]);
  const input = watchInputSchema.safeParse(Object.fromEntries(entries.filter(([key]) => !(key in stored.shape))));
  if (!input.success) return describe(input.error.issues[0]);
  const { id = deriveWatchId(input.data), createdAt = NEVER, updatedAt = createdAt, mutedUntil } = known.data;
  return { ...input.data, id, createdAt, updatedAt, ...(mutedUntil === undefined ? {} : { mutedUntil }) };
}

function describe({ path, message }: { path: PropertyKey[]; message: string }): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
