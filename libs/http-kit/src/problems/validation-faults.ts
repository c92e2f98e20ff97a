import type { z } from 'zod';
import type { ProblemFault } from './http-problem';

type Issue = z.core.$ZodIssue;

/** More faults than these help nobody, and a batch may have thousands. */
const MOST_FAULTS = 50;

/** The part of a request that a schema describes. */
export type RequestPart = 'body' | 'query' | 'path';

/**
 * The faults that a schema found in a part of a request, with JSON Pointers (RFC 6901) such as `/body/documents/3/text`.
 * Of a union, those of the alternative that was meant: the one that went deepest before it failed, then with the fewest.
 */
export function validationFaults(part: RequestPart, issues: readonly Issue[]): ProblemFault[] {
  return flatten(issues, [part])
    .slice(0, MOST_FAULTS)
    .map(({ path, message }) => ({ path: pointer(path), message }));
}

interface Located {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function flatten(issues: readonly Issue[], prefix: readonly PropertyKey[]): Located[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    const meant = issue.code === 'invalid_union' ? likeliest(issue.errors.map((errors) => flatten(errors, path))) : undefined;
    return meant ?? [{ path, message: issue.message }];
  });
}

function likeliest(alternatives: readonly Located[][]): Located[] | undefined {
  const depth = (faults: readonly Located[]) => Math.max(...faults.map(({ path }) => path.length));
  return [...alternatives].filter(({ length }) => length > 0).sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0];
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
