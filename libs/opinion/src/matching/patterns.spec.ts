import { MAX_PATTERN_CHARACTERS, MAX_PATTERN_INSTRUCTIONS, assertWatchTarget, compilePattern, findPattern } from './patterns';

describe('patterns of a watch', () => {
  it.each([
    ['an open bracket', '('],
    ['look-around', '(?=a)b'],
    ['a back-reference', String.raw`(a)\1`],
    ['a bomb of nested repeats', '((a{30}){30}){30}'],
    ['a program too large', 'a{900}'],
    ['every text', 'a*'],
  ])('are refused: %s', (_fault, pattern) => {
    const target = { kind: 'entity' as const, names: ['Acmeon'], aliases: [], tickers: [], patterns: [pattern], excludes: [] };
    expect(() => assertWatchTarget(target)).toThrow(expect.objectContaining({ code: 'bad-data' }));
  });

  it('cost a bounded number of steps where backtracking takes for ever', () => {
    const bomb = compilePattern('(x+x+)+y');
    expect(bomb.programSize()).toBeLessThanOrEqual(MAX_PATTERN_INSTRUCTIONS);
    // 2 to the power of 20,000 steps by backtracking.
    expect(findPattern(bomb, 'x'.repeat(MAX_PATTERN_CHARACTERS))).toEqual([]);
  });

  it('are looked for in the first characters of a text alone', () => {
    const pattern = compilePattern('needle');
    expect(findPattern(pattern, `${' '.repeat(MAX_PATTERN_CHARACTERS)}needle`)).toEqual([]);
    expect(findPattern(pattern, 'a needle')).toEqual([{ start: 2, end: 8 }]);
  });

  it('refuse a name without a word', () => {
    const target = { kind: 'topic' as const, keywords: ['!?'], threshold: 0.5 };
    expect(() => assertWatchTarget(target)).toThrow(expect.objectContaining({ code: 'bad-data' }));
  });
});
