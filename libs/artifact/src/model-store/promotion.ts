import { z } from 'zod';
import { AttuneError } from '../errors';
import { jsonOrUndefined } from '../json-or-undefined';
import { isStoreName } from './names';

/** Name of the file or object that says what serves. */
export const CURRENT_FILE = 'current';
/** Folder or prefix in which what served is remembered, a file `<generation>.json` for each. */
export const HISTORY_FOLDER = '.history';
/** Promotions that are remembered, and so the most that rollbacks can go back. */
export const REMEMBERED_PROMOTIONS = 20;

const RECORD = /^([1-9]\d{0,14})\.json$/;
const SCHEMA_VERSION = 1;

const promotionSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  version: z.string().refine(isStoreName, 'not the name of a version'),
  manifestSha256: z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal'),
  generation: z.number().int().positive(),
  promotedAt: z.iso.datetime(),
  before: z.number().int().positive().optional().describe('Generation that a rollback goes back to'),
});

/** What serves, or served: a version with the hash of its manifest. The generation grows by one with every change. */
export type Promotion = Readonly<z.infer<typeof promotionSchema>>;

/** A promotion that is to be made. */
export type NewPromotion = Omit<Promotion, 'schemaVersion'>;

/**
 * Reads what a store wrote of a promotion.
 *
 * @param place where the text lies, for messages
 * @throws AttuneError `bad-model` where it is of an unknown schema or damaged
 */
export function parsePromotion(text: string, place: string): Promotion {
  const json = jsonOrUndefined(text);
  const version = z.object({ schemaVersion: z.number() }).safeParse(json);
  if (version.success && version.data.schemaVersion !== SCHEMA_VERSION) {
    throw new AttuneError(
      'bad-model',
      `${place} is of version ${version.data.schemaVersion}; this program reads version ${SCHEMA_VERSION}.`,
      {
        remedy: 'Update attune, or promote a version with this one after removing that file.',
      },
    );
  }
  const parsed = promotionSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new AttuneError('bad-model', `${place} does not say which version serves: it is damaged or not attune's.`, {
    remedy: 'Remove it; the history beside it then says what serves.',
    cause: parsed.error,
  });
}

/** The promotion as it is kept, of the present schema, with the text of its file. */
export function writtenPromotion(promotion: NewPromotion): { record: Promotion; text: string } {
  const record: Promotion = { schemaVersion: SCHEMA_VERSION, ...promotion };
  return { record, text: `${JSON.stringify(record, null, 2)}\n` };
}

/** Name of the file that remembers a generation. */
export function recordName(generation: number): string {
  return `${generation}.json`;
}

/** The generation that a file of the history remembers; undefined where it is another file. */
export function recordedGeneration(name: string): number | undefined {
  const digits = RECORD.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Another process promoted first. */
export function promotionConflict({ version, generation }: NewPromotion, place: string, cause?: unknown): AttuneError {
  return new AttuneError('conflict', `${version} was not promoted: another promotion became generation ${generation} of ${place} first.`, {
    remedy: 'See what serves now (attune models current), and promote again if it is still wanted.',
    cause,
  });
}

/** A promotion that was decided, and of which something was left to the next one. */
export function leftUndone(place: string, { version, generation }: NewPromotion, cause: unknown): AttuneError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AttuneError(
    'retriable',
    `${version} serves as generation ${generation} of ${place}, but what it leaves was not put in order: ${why}`,
    {
      remedy: 'The next promotion does it again; see that the store can be written to.',
      cause,
    },
  );
}
