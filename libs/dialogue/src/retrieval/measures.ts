import type { Terms } from '../text/terms';

/** How near a vector is beside chance: 0 for one that is as near as unrelated ones are, 1 for the same. */
export function nearnessOf(cosine: number, chance: number): number {
  return (cosine - chance) / (1 - chance);
}

/** The share of a question's identifiers that a text has, too; 0 where it names none. */
export function identifierShare({ identifiers }: Terms, own: ReadonlySet<string>): number {
  return identifiers.length === 0 ? 0 : identifiers.filter((identifier) => own.has(identifier)).length / identifiers.length;
}

/** The share of what a question says that nothing known says, by the weights of its words; 1 where it has no words. */
export function unknownShare({ all }: Terms, weightOf: (term: string) => number, isKnown: (term: string) => boolean): number {
  const unique = [...new Set(all)];
  const weight = (which: readonly string[]): number => which.reduce((sum, term) => sum + weightOf(term), 0);
  return unique.length === 0 ? 1 : weight(unique.filter((term) => !isKnown(term))) / weight(unique);
}
