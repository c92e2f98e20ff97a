import { z } from 'zod';
import { AttuneError } from '../errors';
import { jsonOrUndefined } from '../json-or-undefined';
import { isStoreName } from './names';

/** Folder or prefix in which it is remembered what was put in shadow, a file `<number>.json` for each change. */
export const SHADOW_FOLDER = '.shadow';
/** Changes that are remembered. */
export const REMEMBERED_SHADOW_CHANGES = 20;

const SCHEMA_VERSION = 1;

const shadowChangeSchema = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  number: z.number().int().positive().describe('Grows by one with every change'),
  version: z.string().refine(isStoreName, 'not the name of a version'),
  manifestSha256: z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal'),
  share: z.number().positive().max(1).describe('Of the texts that the version that serves is asked, those that it scores, too'),
  change: z.enum(['begun', 'stopped', 'promoted']).describe('promoted: it ended because the version serves'),
  at: z.iso.datetime(),
});

/** A version was put in shadow, or is no longer. The newest change counts. */
export type ShadowChange = Readonly<z.infer<typeof shadowChangeSchema>>;

/** A version by the hash of its manifest. */
export type VersionName = Pick<ShadowChange, 'version' | 'manifestSha256'>;

/** A change that is to be made. */
export type NewShadowChange = Omit<ShadowChange, 'schemaVersion'>;

/** A candidate that scores beside the version that serves, and answers nobody. */
export type Shadow = Pick<ShadowChange, 'version' | 'manifestSha256' | 'share'> & { readonly startedAt: string };

/** Whether two name the same version, with the same manifest. */
export function isSameVersion(one: VersionName | undefined, other: VersionName): boolean {
  return one?.version === other.version && one.manifestSha256 === other.manifestSha256;
}

/**
 * Reads what a store wrote of a change.
 *
 * @param place where the text lies, for messages
 * @throws AttuneError `bad-model` where it is of an unknown schema or damaged
 */
export function parseShadowChange(text: string, place: string): ShadowChange {
  const parsed = shadowChangeSchema.safeParse(jsonOrUndefined(text));
  if (parsed.success) return parsed.data;
  throw new AttuneError('bad-model', `${place} does not say what is in shadow: it is damaged or of another version of attune.`, {
    remedy: 'Remove it; the change before it then counts.',
    cause: parsed.error,
  });
}

/** The change as it is kept, of the present schema, with the text of its file. */
export function writtenShadowChange(change: NewShadowChange): { record: ShadowChange; text: string } {
  const record: ShadowChange = { schemaVersion: SCHEMA_VERSION, ...change };
  return { record, text: `${JSON.stringify(record, null, 2)}\n` };
}

/** Another process changed the shadow first. */
export function shadowConflict({ version, number }: NewShadowChange, place: string, cause?: unknown): AttuneError {
  return new AttuneError(
    'conflict',
    `The shadow was not changed for ${version}: another change became number ${number} of ${place} first.`,
    {
      remedy: 'See what is in shadow now, and change it again if that is still wanted.',
      cause,
    },
  );
}
