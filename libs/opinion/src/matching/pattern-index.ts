import type { RE2JS } from 're2js';
import { foldForLiterals, LITERAL_LENGTH, requiredLiterals } from './pattern-literals';
import { compilePattern, findPattern, MAX_PATTERN_CHARACTERS } from './patterns';

interface IndexedPattern<Owner> {
  readonly owner: Owner;
  readonly pattern: RE2JS;
  /** Undefined where every text must be searched. */
  readonly literals: readonly string[] | undefined;
}

interface IndexedLiteral<Owner> {
  readonly literal: string;
  readonly of: IndexedPattern<Owner>;
}

/** A place of a pattern in a text, in UTF-16 offsets. */
export interface PatternPlace<Owner> {
  readonly owner: Owner;
  readonly start: number;
  readonly end: number;
}

/** Patterns of watches, of which a text is searched for those alone whose literals it holds. */
export class PatternIndex<Owner> {
  private readonly byOwner = new Map<Owner, readonly IndexedPattern<Owner>[]>();
  private readonly byStart = new Map<number, IndexedLiteral<Owner>[]>();
  private readonly withoutLiterals = new Set<IndexedPattern<Owner>>();

  get size(): number {
    return this.byOwner.size;
  }

  /**
   * Compiles patterns, to be added by `add`.
   *
   * @throws AttuneError `bad-data` when one does not compile
   */
  static compile<Owner>(owner: Owner, patterns: readonly string[]): IndexedPattern<Owner>[] {
    return patterns.map((pattern) => ({ owner, pattern: compilePattern(pattern), literals: requiredLiterals(pattern) }));
  }

  add(owner: Owner, patterns: readonly IndexedPattern<Owner>[]): void {
    if (patterns.length === 0) return;
    this.byOwner.set(owner, patterns);
    for (const pattern of patterns) {
      if (pattern.literals === undefined) this.withoutLiterals.add(pattern);
      for (const literal of pattern.literals ?? []) {
        const key = keyAt(literal, 0);
        const entry = { literal, of: pattern };
        const known = this.byStart.get(key);
        if (known === undefined) this.byStart.set(key, [entry]);
        else known.push(entry);
      }
    }
  }

  remove(owner: Owner): void {
    for (const pattern of this.byOwner.get(owner) ?? []) {
      this.withoutLiterals.delete(pattern);
      for (const literal of pattern.literals ?? []) {
        const key = keyAt(literal, 0);
        const rest = (this.byStart.get(key) ?? []).filter((entry) => entry.of !== pattern);
        if (rest.length === 0) this.byStart.delete(key);
        else this.byStart.set(key, rest);
      }
    }
    this.byOwner.delete(owner);
  }

  /** Every place of every pattern in a text; of a long text in its beginning. */
  find(text: string): PatternPlace<Owner>[] {
    if (this.byOwner.size === 0) return [];
    return [...this.candidates(text)].flatMap(({ owner, pattern }) =>
      findPattern(pattern, text).map(({ start, end }) => ({ owner, start, end })),
    );
  }

  private candidates(text: string): Set<IndexedPattern<Owner>> {
    const found = new Set(this.withoutLiterals);
    if (this.byStart.size === 0) return found;
    const folded = foldForLiterals(text.length <= MAX_PATTERN_CHARACTERS ? text : text.slice(0, MAX_PATTERN_CHARACTERS));
    for (let position = 0; position + LITERAL_LENGTH <= folded.length; position++) {
      for (const { literal, of } of this.byStart.get(keyAt(folded, position)) ?? []) {
        if (!found.has(of) && folded.startsWith(literal, position)) found.add(of);
      }
    }
    return found;
  }
}

/** The first three characters of a literal as one number. */
function keyAt(text: string, position: number): number {
  return (text.charCodeAt(position) * 0x10000 + text.charCodeAt(position + 1)) * 0x10000 + text.charCodeAt(position + 2);
}
