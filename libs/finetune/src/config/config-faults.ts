import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { headConfigEntryPaths, headConfigPaths } from './config-keys';

/** One thing wrong with a configuration. */
export interface ConfigFault {
  /** Path of the key at fault; for an unknown key, its own. */
  path: string[];
  message: string;
}

/**
 * Turns zod's issues into faults for a reader: an unknown key becomes a fault of its own with the nearest key that
 * exists, and an option that fits none of several types says what the key accepts and what was given.
 */
export function configFaults(error: z.ZodError, input: unknown, schema?: z.ZodType): ConfigFault[] {
  const paths = [...headConfigPaths(schema), ...headConfigEntryPaths(schema)];
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], message: `unknown key${suggestion([...path, key], paths)}` }));
    }
    return [{ path, message: faultMessage(issue, valueAt(input, path)) }];
  });
}

function faultMessage(issue: z.core.$ZodIssue, value: unknown): string {
  const given = value === undefined ? '' : `, not ${JSON.stringify(value)}`;
  switch (issue.code) {
    case 'invalid_value':
      return `must be ${listed(issue.values.map(String))}${given}${nearestValue(value, issue.values)}`;
    case 'invalid_union':
      return `must be ${listed(issue.errors.flatMap((branch) => branch.map(branchExpectation)))}${given}`;
    case 'invalid_type':
      return `must be ${typeName(issue.expected)}${given}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be ${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}${given}`;
    case 'too_big':
      return `must be ${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}${given}`;
    default:
      return issue.message;
  }
}

function branchExpectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return listed(issue.values.map(String));
    case 'invalid_type':
      return typeName(issue.expected);
    case 'too_small':
      return `a number ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}`;
    default:
      return issue.message;
  }
}

function typeName(expected: string): string {
  switch (expected) {
    case 'string':
      return 'text (put it in quotes)';
    case 'int':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    case 'object':
      return 'a section of keys';
    case 'record':
      return 'a value for each label';
    case 'array':
      return 'a list';
    default:
      return `a ${expected}`;
  }
}

function listed(options: string[]): string {
  const distinct = [...new Set(options)];
  return distinct.length < 2 ? distinct.join('') : `${distinct.slice(0, -1).join(', ')} or ${distinct.at(-1)}`;
}

function valueAt(input: unknown, path: string[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === key)?.[1];
  }
  return value;
}

function nearestValue(value: unknown, options: readonly unknown[]): string {
  if (typeof value !== 'string') return '';
  const nearest = closest(value, options.map(String));
  return isNear(value, nearest) ? `; did you mean ${nearest}?` : '';
}

/** Looks for the key as spelt in its own section first, then for the same name in another section. */
function suggestion(path: string[], paths: string[]): string {
  const name = path.at(-1) ?? '';
  const section = path
    .slice(0, -1)
    .filter((part) => !/^\d+$/.test(part))
    .join('.');
  const siblings = paths.filter((known) => known.split('.').slice(0, -1).join('.') === section);
  const dotted = section === '' ? name : `${section}.${name}`;
  const sibling = siblings.length === 0 ? undefined : closest(dotted.toLowerCase(), siblings.map(lower));
  const inSection = siblings.find((known) => lower(known) === sibling);
  const elsewhere = nearestByName(name, paths);
  const siblingDistance = inSection === undefined ? Infinity : distance(lower(name), lower(lastPart(inSection)));
  const elsewhereDistance = elsewhere === undefined ? Infinity : distance(lower(name), lower(lastPart(elsewhere)));
  const best = siblingDistance <= elsewhereDistance ? inSection : elsewhere;
  return best !== undefined && isNear(name, lastPart(best)) ? `; did you mean ${best}?` : '';
}

function nearestByName(name: string, paths: string[]): string | undefined {
  const nearest = closest(lower(name), paths.map(lastPart).map(lower));
  return paths.find((path) => lower(lastPart(path)) === nearest);
}

/** Near enough to be a slip of the pen: at most a third of the letters, and at least two, may differ. */
function isNear(given: string, known: string): boolean {
  return distance(lower(given), lower(known)) <= Math.max(2, Math.floor(known.length / 3));
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function lower(text: string): string {
  return text.toLowerCase().replace(/[-_]/g, '');
}
