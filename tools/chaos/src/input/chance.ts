import { createHash } from 'node:crypto';

/** A number in [0, 1) that depends on its parts alone: the same run of the tool decides the same, whatever else it does. */
export function chance(...parts: readonly (string | number)[]): number {
  return createHash('sha256').update(JSON.stringify(parts)).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** One of several, chosen as {@link chance} does. */
export function choose<T>(among: readonly T[], ...parts: readonly (string | number)[]): T {
  const chosen = among[Math.floor(chance(...parts) * among.length)];
  if (chosen === undefined) throw new RangeError('There is nothing to choose from.');
  return chosen;
}
