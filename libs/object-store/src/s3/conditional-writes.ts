import type { Bucket } from './bucket';
import { withoutConditions } from './explain-error';

/** An object that is always the same. Its name is none that an application can have. */
const PROBE = '.attune-conditional-writes';
const TEXT = '"Attune tries here whether the server heeds conditional writes."\n';
/** The tag of no object. */
const OTHER_TAG = '"00000000000000000000000000000000"';

/**
 * Tries whether a server heeds the conditions of writes: one that knows them not takes every write, and of two promotions at once both would
 * seem to win.
 *
 * @throws AttuneError `bad-config` where it does not
 */
export async function assertConditionalWrites(bucket: Bucket): Promise<void> {
  const isNew = (await bucket.putIf(PROBE, TEXT, 'absent')) !== undefined;
  const ignoresPresence = isNew && (await bucket.putIf(PROBE, TEXT, 'absent')) !== undefined;
  const ignoresTag = (await bucket.putIf(PROBE, TEXT, { etag: OTHER_TAG })) !== undefined;
  if (ignoresPresence || ignoresTag) throw withoutConditions(bucket.address);
}
