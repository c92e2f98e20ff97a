import fc from 'fast-check';
import { PatternIndex } from './pattern-index';
import { foldForLiterals, requiredLiterals } from './pattern-literals';
import { compilePattern, findPattern } from './patterns';

describe('requiredLiterals', () => {
  it.each([
    ['AC-[0-9]{3}', ['ac-']],
    [String.raw`(?i)\bWalvert-\d+`, ['walvert-']],
    ['(?:Acmeon|Halden) (?:Inc|Ltd)', ['acmeon', 'halden']],
    ['colou?r scheme', ['r scheme']],
    ['(?:abc)+x*wxyz', ['wxyz']],
    ['(?P<name>abc)def', ['abcdef']],
    ['[abc]{3}', undefined],
    ['ab|abcd', undefined],
    ['x(abcd)?', undefined],
    ['(abcd){0,3}e', undefined],
    ['über', ['ber']],
    [String.raw`\Qabc.d\E|xyz`, undefined],
    [String.raw`abcd\x41|efgh`, undefined],
    ['[]abc]defg', ['defg']],
    [String.raw`\$AC\.B`, ['$ac.b']],
  ])('of %s are %j', (pattern, literals) => {
    compilePattern(pattern);
    expect(requiredLiterals(pattern)).toEqual(literals);
  });

  const atom = fc.oneof(
    fc.constantFrom('a', 'b', 'abc', 'bca', 'cab', 'Kas', '.', '[ab]', '[^b]', String.raw`\d`, String.raw`\.`, String.raw`\b`, '(?i)'),
    fc.constantFrom('-', ' ', 'é'),
  );
  const { pattern: patterns } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
    piece: fc.oneof(
      { depthSize: 'small' },
      atom,
      fc.tuple(tie('pattern'), fc.constantFrom('', '?', '*', '+', '{2}', '{0,2}', '+?')).map(([inner, times]) => `(?:${inner})${times}`),
    ),
    pattern: fc
      .array(fc.array(tie('piece'), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 2 })
      .map((branches) => branches.map((branch) => branch.join('')).join('|')),
  }));

  it('stand in every text that the pattern matches', () => {
    const texts = fc.array(fc.constantFrom('a', 'b', 'abc', 'bca', 'ABC', 'cab', 'kas', 'KAS', '\u212aaſ', '1', '.', '-', ' ', 'é'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(patterns, texts, (pattern, letters) => {
        const literals = requiredLiterals(pattern);
        fc.pre(literals !== undefined);
        let compiled;
        try {
          compiled = compilePattern(pattern);
        } catch {
          return;
        }
        const text = letters.join('');
        if (findPattern(compiled, text).length === 0) return;
        expect(literals?.some((literal) => foldForLiterals(text).includes(literal))).toBe(true);
      }),
      { numRuns: 1_000, maxSkipsPerRun: 1_000 },
    );
  });
});

describe('PatternIndex', () => {
  it('finds what searching for each pattern finds', () => {
    const index = new PatternIndex<string>();
    for (const [owner, patterns] of [
      ['a', ['AC-[0-9]{3}', 'acmeon']],
      ['b', ['[0-9]{4}']],
      ['c', ['halden|AC-2']],
    ] as const) {
      index.add(owner, PatternIndex.compile(owner, patterns));
    }
    const text = 'The AC-204 of 1999 and the halden';
    expect(index.find(text)).toEqual([
      { owner: 'b', start: 14, end: 18 },
      { owner: 'a', start: 4, end: 10 },
      { owner: 'c', start: 4, end: 8 },
      { owner: 'c', start: 27, end: 33 },
    ]);
    index.remove('c');
    index.remove('b');
    expect(index.find(text)).toEqual([{ owner: 'a', start: 4, end: 10 }]);
    expect(index.size).toBe(1);
  });
});
