import { readFileSync } from 'node:fs';
import { AttuneError } from '@attune/artifact';
import { z } from 'zod';

const name = z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/, 'a name in camel case such as orderNumber');
const PLACEHOLDER = /\{\{\s*([A-Za-z0-9]+)\s*\}\}/g;

/** An address of the company's own systems with values in its path and query, never in its host. */
const address = z.string().max(2_000).refine(isFixedHost, 'must be an http or https address; {{name}} may stand in its path and query');

const actionSchema = z.strictObject({
  url: address.describe('Such as https://shop.example/orders/{{orderNumber}}'),
  method: z.enum(['GET', 'POST']).default('GET'),
  headers: z.record(z.string().regex(/^[\w-]{1,100}$/), z.string().max(2_000)).default({}),
  body: z.array(name).max(20).optional().describe('POST: the values that are sent, as a JSON object'),
  timeoutMilliseconds: z.number().int().min(50).max(30_000).default(1_000),
  retries: z.number().int().min(0).max(5).default(1).describe('Each after a short, growing pause'),
  values: z
    .record(name, z.string().regex(/^(\/[^/]*)+$/, 'a JSON Pointer such as /order/status'))
    .refine((values) => Object.keys(values).length > 0, 'an action fetches values')
    .describe('What is taken from the JSON answer, by the name that templates give it'),
});
export type ActionDefinition = z.infer<typeof actionSchema>;

const fileSchema = z.record(z.string().min(1).max(100), actionSchema);
/** The actions that answers may use, by their names. */
export type ActionDefinitions = Readonly<Record<string, ActionDefinition>>;

/**
 * Reads the file of actions; none without one.
 *
 * @throws AttuneError `bad-config` that says what is wrong with it
 */
export function readActions(file: string | undefined): ActionDefinitions {
  if (file === undefined) return {};
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new AttuneError('bad-config', `The file of actions ${file} cannot be read as JSON.`, {
      remedy: 'Check ATTUNE_ACTIONS_FILE.',
      cause,
    });
  }
  const read = fileSchema.safeParse(json);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new AttuneError('bad-config', `The file of actions ${file} is not valid: ${faults}.`, { remedy: 'Check ATTUNE_ACTIONS_FILE.' });
}

/** The address with values in it, each encoded so that it stays inside of its place. */
export function addressOf({ url }: ActionDefinition, values: Readonly<Record<string, string>>): string {
  return url.replace(PLACEHOLDER, (_found, key: string) => encodeURIComponent(values[key] ?? ''));
}

function isFixedHost(url: string): boolean {
  const [beforeValues] = url.split('{{');
  if (!URL.canParse(beforeValues) || !URL.canParse(url.replace(PLACEHOLDER, 'x'))) return false;
  const { protocol } = new URL(beforeValues);
  // Without a path before the first value, the value would be the end of the host.
  const hostIsWhole = beforeValues === url || /^https?:\/\/[^/?#]+[/?#]/.test(beforeValues);
  return (protocol === 'http:' || protocol === 'https:') && hostIsWhole;
}
