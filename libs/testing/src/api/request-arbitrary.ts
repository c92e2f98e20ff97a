import fc from 'fast-check';
import type { ApiDocument, ApiOperation, ApiParameter } from './api-document';
import { addressOf, type ApiRequest } from './api-request';
import { schemaArbitrary } from './schema-arbitrary';

/** What has broken services before: texts that databases, addresses, patterns or prototypes do not take. */
const HOSTILE_TEXTS = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff x',
  '\u202e\u200d\ufeff',
  '../../etc/passwd',
  '%00',
  '%',
  "'; drop table watches; --",
  '(a+)+$',
  '(',
  '__proto__',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-14:00',
  '2026-02-30T00:00:00Z',
  'x'.repeat(5_000),
  '𝒳'.repeat(300),
];
const HOSTILE_VALUES: unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  -0,
  2 ** 53,
  [],
  {},
  [[]],
  { length: -1 },
  { __proto__: null, constructor: {} },
];
/** As they stand in an address, without being encoded. */
const HOSTILE_SEGMENTS = ['%00', '%ED%A0%80', '%zz', '%2e%2e%2f', 'a%2Fb', '%F0%9F%98%80', 'x'.repeat(1_500)];
const BROKEN_BODIES = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '{"__proto__":{"a":1}}',
  '\ufeff{}',
  '{"a":1}{"b":2}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
];
const MEDIA_TYPES = [
  'application/json',
  'application/x-ndjson',
  'text/plain',
  'application/json; charset=utf-16',
  'multipart/form-data',
  'nonsense',
];

let hostileValue: fc.Arbitrary<unknown> | undefined;

/** Made on the first call: fast-check's table of all characters takes a second, which specs that fuzz nothing must not pay. */
function hostile(): fc.Arbitrary<unknown> {
  hostileValue ??= fc.oneof(fc.constantFrom<unknown>(...HOSTILE_TEXTS, ...HOSTILE_VALUES), fc.string({ unit: 'binary' }), fc.jsonValue());
  return hostileValue;
}

/** Values of parameters by their names, such as ids of things that are there. */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

/** Requests to an operation: ones that follow its document, ones with something wrong somewhere, and ones that are all wrong. */
export function requestArbitrary(document: ApiDocument, operation: ApiOperation, known: KnownValues = {}): fc.Arbitrary<ApiRequest> {
  return fc.tuple(addressArbitrary(document, operation, known), contentArbitrary(document, operation)).map(([path, content]) => {
    const headers: Record<string, string> = content?.mediaType === undefined ? {} : { 'content-type': content.mediaType };
    return { method: operation.method, path, headers, ...(content?.body === undefined ? {} : { body: content.body }) };
  });
}

function addressArbitrary(document: ApiDocument, operation: ApiOperation, known: KnownValues): fc.Arbitrary<string> {
  const values = operation.parameters.map((parameter) =>
    parameterArbitrary(document, parameter, known[parameter.name] ?? []).map((value) => [parameter.name, value] as const),
  );
  const whole = fc.tuple(...values).map((pairs) => {
    const chosen = new Map(pairs);
    return addressOf(operation, ({ name }) => chosen.get(name));
  });
  if (!operation.parameters.some(({ in: place }) => place === 'path')) return whole;
  const raw = fc.constantFrom(...HOSTILE_SEGMENTS).map((segment) => operation.path.replace(/\{\w+\}/, segment));
  return fc.oneof({ weight: 4, arbitrary: whole }, { weight: 1, arbitrary: raw });
}

function parameterArbitrary(
  document: ApiDocument,
  { in: place, required, schema, example }: ApiParameter,
  known: readonly string[],
): fc.Arbitrary<string | undefined> {
  const right = schemaArbitrary(schema, (one) => document.resolve(one));
  const given = [...known, ...(example === undefined ? [] : [example])];
  const likely = given.length === 0 ? right : fc.oneof(right, fc.constantFrom(...given));
  // Half of a surrogate pair cannot stand in an address, and an empty segment is another path.
  const value = fc
    .oneof({ weight: 4, arbitrary: likely }, { weight: 1, arbitrary: hostile() })
    .map((one) => textOf(one).replaceAll(/\p{Surrogate}/gu, '') || '-');
  if (place === 'path') return value;
  return required
    ? fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: fc.constant(undefined) })
    : fc.option(value, { nil: undefined });
}

function contentArbitrary(
  document: ApiDocument,
  { method, body }: ApiOperation,
): fc.Arbitrary<{ mediaType?: string; body?: string } | undefined> {
  // fetch sends no body with GET.
  if (method === 'GET') return fc.constant(undefined);
  const broken = fc.record({ mediaType: fc.constantFrom(...MEDIA_TYPES), body: fc.constantFrom(...BROKEN_BODIES) });
  const contents = Object.entries(body).map(([mediaType, { schema, example }]) => {
    const right = typeof example === 'string' ? linesLike(example) : schemaArbitrary(schema, (one) => document.resolve(one));
    return fc.oneof(
      { weight: 4, arbitrary: right.map((value) => ({ mediaType, body: textOf(value) })) },
      {
        weight: 4,
        arbitrary: fc
          .tuple(right, fc.nat(), hostile())
          .map(([value, place, bad]) => ({ mediaType, body: textOf(spoil(value, place, bad)) })),
      },
      { weight: 1, arbitrary: hostile().map((value) => ({ mediaType, body: JSON.stringify(value) ?? '' })) },
    );
  });
  if (contents.length === 0) return fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: broken });
  return fc.oneof(
    { weight: 8, arbitrary: fc.oneof(...contents) },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

/** A streamed body: lines like that of the example, and lines of anything. */
function linesLike(example: string): fc.Arbitrary<string> {
  const line = fc.oneof(
    fc.constant(example.trim()),
    hostile().map((value) => JSON.stringify(value) ?? ''),
    fc.constantFrom(...BROKEN_BODIES),
  );
  return fc.array(line, { maxLength: 5 }).map((lines) => lines.join('\n'));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** A value with one of its parts, counted through, replaced; a text as a whole. */
function spoil(value: unknown, place: number, bad: unknown): unknown {
  const places: { holder: Record<PropertyKey, unknown>; key: string }[] = [];
  const copy: unknown = structuredClone(value);
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [key, inner] of Object.entries(part)) {
      places.push({ holder: part as Record<PropertyKey, unknown>, key });
      visit(inner);
    }
  };
  visit(copy);
  const found = places[place % Math.max(1, places.length)];
  if (found === undefined) return bad;
  found.holder[found.key] = bad;
  return copy;
}
