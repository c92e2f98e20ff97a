/** Letters of a literal below which it says too little. */
export const LITERAL_LENGTH = 3;

/** What must stand in a text for a part of a pattern to match there: one of `any`; undefined where nothing is known. */
interface Part {
  /** The only text that the part matches, where it is plain. */
  readonly exact: string | undefined;
  readonly any: readonly string[] | undefined;
}

const UNKNOWN: Part = { exact: undefined, any: undefined };
const MOST_LITERALS = 16;

/**
 * Texts of which one stands in every text that a pattern matches, so that the others need not be searched (Cox 2012: "Regular expression
 * matching with a trigram index"). They are in small letters of ASCII and at least three long: a text is folded by `foldForLiterals` before
 * they are looked for. Whatever of the syntax is not understood makes no literal, and never a wrong one.
 *
 * @param pattern one that RE2 compiles
 * @returns undefined where there are none
 */
export function requiredLiterals(pattern: string): readonly string[] | undefined {
  const reader = new PatternReader(pattern);
  const part = reader.alternatives();
  return reader.isUnderstood ? anyOf(part) : undefined;
}

/** A text in which the literals of patterns are looked for: in small letters, as patterns that ignore case take them. */
export function foldForLiterals(text: string): string {
  return text.toLowerCase().replaceAll('ſ', 's');
}

function anyOf({ exact, any }: Part): readonly string[] | undefined {
  if (exact !== undefined && exact.length >= LITERAL_LENGTH) return [exact];
  return any;
}

class PatternReader {
  private position = 0;
  private failed = false;

  constructor(private readonly pattern: string) {}

  /** Whether the pattern was read to its end. */
  get isUnderstood(): boolean {
    return !this.failed && this.isAtEnd;
  }

  /** `a|b`: one of the literals of either. */
  alternatives(): Part {
    const parts = [this.sequence()];
    while (this.take('|')) parts.push(this.sequence());
    if (parts.length === 1) return parts[0];
    const literals = parts.map(anyOf);
    if (literals.some((each) => each === undefined)) return UNKNOWN;
    const all = literals.flatMap((each) => each ?? []);
    return all.length > MOST_LITERALS ? UNKNOWN : { exact: undefined, any: all };
  }

  /** `ab`: literals that follow each other are one; of several the set whose shortest literal is longest. */
  private sequence(): Part {
    let run = '';
    let isExact = true;
    let best: readonly string[] | undefined;
    const keep = (any: readonly string[] | undefined): void => {
      if (any !== undefined && shortest(any) > shortest(best)) best = any;
    };
    while (!this.isAtEnd && this.peek() !== '|' && this.peek() !== ')') {
      const { exact, any } = this.repeated();
      if (exact !== undefined) {
        run += exact;
        continue;
      }
      isExact = false;
      keep(anyOf({ exact: run, any: undefined }));
      keep(any);
      run = '';
    }
    keep(anyOf({ exact: run, any: undefined }));
    return { exact: isExact ? run : undefined, any: best };
  }

  /** `a?`, `a*`, `a{2,}`: what may be left out says nothing, and what is repeated at least itself. */
  private repeated(): Part {
    const part = this.single();
    const [operator] = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(this.pattern.slice(this.position)) ?? [];
    if (operator === undefined) return part;
    this.position += operator.length;
    this.take('?');
    if (operator === '*' || operator === '?' || operator.startsWith('{0')) return UNKNOWN;
    return { exact: undefined, any: anyOf(part) };
  }

  private single(): Part {
    const character = this.next();
    if (character === '(') return this.group();
    if (character === '[') return this.characterClass();
    if (character === '\\') return this.escape();
    // What stands for no character itself leaves what is beside it together.
    if (character === '^' || character === '$') return { exact: '', any: undefined };
    return character === '.' ? UNKNOWN : literal(character);
  }

  private group(): Part {
    const [opening] = /^\?(?:P?<\w+>|[A-Za-z]*(?:-[A-Za-z]+)?:)/.exec(this.pattern.slice(this.position)) ?? [];
    const flags = opening === undefined ? /^\?([A-Za-z]*)(?:-[A-Za-z]+)?\)/.exec(this.pattern.slice(this.position)) : null;
    if (flags !== null) {
      this.position += flags[0].length;
      return { exact: '', any: undefined };
    }
    if (opening === undefined && this.peek() === '?') return this.giveUp();
    this.position += opening?.length ?? 0;
    const part = this.alternatives();
    return this.take(')') ? part : this.giveUp();
  }

  private characterClass(): Part {
    // A bracket that stands first is one of the characters.
    const [rest] = /^\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]/.exec(this.pattern.slice(this.position)) ?? [];
    if (rest === undefined) return this.giveUp();
    this.position += rest.length;
    return UNKNOWN;
  }

  private escape(): Part {
    const character = this.next();
    if (character === 'b' || character === 'B' || character === 'A' || character === 'z') return { exact: '', any: undefined };
    if (character === 'p' || character === 'P') {
      const [name] = /^(?:\{[^}]*\}|.)/.exec(this.pattern.slice(this.position)) ?? [];
      this.position += name?.length ?? 0;
      return UNKNOWN;
    }
    // Letters and digits after a backslash stand for classes, control characters, codes and quotations.
    if (/[A-Za-z0-9]/.test(character)) return /[dDsSwWtnrfv]/.test(character) ? UNKNOWN : this.giveUp();
    return literal(character);
  }

  /** Nothing is known of a pattern whose syntax is not understood. */
  private giveUp(): Part {
    this.failed = true;
    this.position = this.pattern.length;
    return UNKNOWN;
  }

  private get isAtEnd(): boolean {
    return this.position >= this.pattern.length;
  }

  private peek(): string {
    return this.pattern[this.position];
  }

  private next(): string {
    return this.pattern[this.position++] ?? '';
  }

  private take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.position += 1;
    return true;
  }
}

/** Letters beyond ASCII fold in more ways than one, and take part in no literal. */
function literal(character: string): Part {
  return /^[\x20-\x7e]$/.test(character) ? { exact: character.toLowerCase(), any: undefined } : UNKNOWN;
}

function shortest(literals: readonly string[] | undefined): number {
  return literals === undefined ? 0 : Math.min(...literals.map(({ length }) => length));
}
