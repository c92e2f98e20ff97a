import type { WatchMatch } from '../matching/watch-match';
import { WatchMatcher } from '../matching/watch-matcher';
import { aggregateSentiment } from './aggregate-sentiment';
import { MAX_SENTENCES_PER_TARGET, planScoring } from './scoring-plan';

const sentence = (text: string, field: 'title' | 'text' = 'text') => ({ field, start: 0, end: text.length, text });
const match = (watchId: string, target: string | undefined, ...sentences: WatchMatch['sentences']): WatchMatch => ({
  watchId,
  target,
  forms: [],
  sentences,
});

describe('planScoring', () => {
  const document = { title: 'Acmeon beats Halden', text: 'x'.repeat(400) };

  it('asks each (text, pair) once', () => {
    const headline = sentence('Acmeon beats Halden', 'title');
    const plan = planScoring(document, [match('a', 'Acmeon', headline), match('b', 'Acmeon', headline), match('c', 'Halden', headline)]);
    expect(plan.inputs).toEqual([
      { text: headline.text, pair: 'Acmeon' },
      { text: headline.text, pair: 'Halden' },
    ]);
    expect(plan.targets.map(({ watchId, inputs }) => [watchId, inputs])).toEqual([
      ['a', [0]],
      ['b', [0]],
      ['c', [1]],
    ]);
  });

  it('asks about a topic by the whole text, without a pair', () => {
    const plan = planScoring({ title: ' Rates ', text: `${'y'.repeat(1_993)}😀` }, [match('t', undefined)]);
    expect(plan.inputs).toEqual([{ text: `Rates\n${'y'.repeat(1_993)}` }]);
  });

  it('takes a short post as one statement', () => {
    const post = 'Bought $F. Terrible idea.';
    expect(planScoring({ text: post }, [match('f', 'Ford', sentence('Bought $F.'))]).inputs).toEqual([{ text: post, pair: 'Ford' }]);
  });

  it('asks about an entity by the name that stands in the sentence, its first name before others', () => {
    const target = { names: ['Ford Motor', 'Blue Oval'], aliases: [], tickers: ['F'], patterns: [], excludes: [] };
    const matcher = WatchMatcher.build([{ id: 'f', target: { kind: 'entity', ...target }, enabled: true }]);
    const pairsOf = (document: { title?: string; text: string }): (string | undefined)[] =>
      planScoring(document, matcher.match(document)).inputs.map(({ pair }) => pair);
    const text = 'Shares of $F fell. Analysts at Blue Oval and Ford Motor met. It is the Blue Oval that suffers, said $F.';
    expect(pairsOf({ title: 'FORD MOTOR slumps', text })).toEqual(['FORD MOTOR', '$F', 'Ford Motor', 'Blue Oval']);
    expect(pairsOf({ text: '$F is a gift at this price. Long Ford Motor' })).toEqual(['Ford Motor']);
  });

  it('bounds the sentences of a target, the title and the first ones kept', () => {
    const body = Array.from({ length: 40 }, (_, i) => sentence(`Acmeon ${i}.`));
    const { texts } = planScoring(document, [match('a', 'Acmeon', ...body, sentence('Acmeon', 'title'))]).targets[0];
    expect(texts).toHaveLength(MAX_SENTENCES_PER_TARGET);
    expect(texts.slice(0, 2).map(({ text }) => text)).toEqual(['Acmeon', 'Acmeon 0.']);
    expect(texts.map(({ weight }) => weight)).toEqual([...texts.map(({ weight }) => weight)].sort((a, b) => b - a));
  });
});

describe('aggregateSentiment', () => {
  const neutral = { probabilities: { negative: 0.05, neutral: 0.9, positive: 0.05 } };
  const negative = { probabilities: { negative: 0.9, neutral: 0.05, positive: 0.05 } };
  const positive = { probabilities: { negative: 0.05, neutral: 0.05, positive: 0.9 } };

  it('keeps what one sentence says', () => {
    expect(aggregateSentiment([negative])).toEqual({ label: 'negative', probabilities: negative.probabilities, score: -0.85 });
  });

  it('lets an opinion stand out from facts around it, and facts alone stay neutral', () => {
    expect(aggregateSentiment([neutral, neutral, negative, neutral]).label).toBe('negative');
    expect(aggregateSentiment([neutral, neutral]).label).toBe('neutral');
  });

  it('balances opposite opinions by their places', () => {
    expect(aggregateSentiment([negative, positive]).score).toBe(0);
    expect(aggregateSentiment([{ ...negative, weight: 2 }, positive]).label).toBe('negative');
  });

  it('is not decided by one sentence that is too sure', () => {
    const sure = { probabilities: { negative: 0, neutral: 0, positive: 1 } };
    expect(aggregateSentiment([negative, sure, negative]).label).toBe('negative');
  });

  it('says the same where the last bits differ, and needs a sentence', () => {
    const other = { probabilities: { negative: 0.9000001, neutral: 0.0499999, positive: 0.05 } };
    expect(aggregateSentiment([other])).toEqual(aggregateSentiment([negative]));
    expect(() => aggregateSentiment([])).toThrow(expect.objectContaining({ code: 'wrong-use' }));
  });
});
