import { composeExtract } from './compose-extract';

const judged = (...sentences: readonly [string, number][]) => sentences.map(([text, probability]) => ({ text, probability }));

describe('composing an answer of passages', () => {
  it('takes the sentences nearest to the question, in the order in which they stand', () => {
    const passages = [judged(['Unrelated.', 0.01], ['Second best.', 0.3]), judged(['Best.', 0.6], ['Also unrelated.', 0.02])];
    expect(composeExtract(passages)).toEqual(['Second best.', 'Best.']);
  });

  it('quotes what stands in two passages once', () => {
    expect(composeExtract([judged(['Said twice.', 0.4]), judged(['Said twice.', 0.4], ['And more.', 0.2])])).toEqual([
      'Said twice.',
      'And more.',
    ]);
  });

  it('answers a question that is quoted', () => {
    expect(composeExtract([judged(['May I wash it?', 0.9], ['Only by hand.', 0.01], ['Buy more.', 0.01])])).toEqual([
      'May I wash it? Only by hand.',
    ]);
  });

  it('is bounded, whatever the sentences are', () => {
    const many = judged(...Array.from({ length: 40 }, (_, place): [string, number] => [`Sentence number ${place} says something.`, 0.5]));
    const [text] = composeExtract([many]);
    expect(text.match(/Sentence/g)).toHaveLength(6);
    const [long] = composeExtract([judged([`${'word '.repeat(500)}.`, 0.9])]);
    expect(long.length).toBeLessThanOrEqual(601);
    expect(long).toMatch(/word…$/);
    const [unspaced] = composeExtract([judged(['退'.repeat(2_000), 0.9])]);
    expect(unspaced).toHaveLength(601);
  });

  it('says nothing of nothing', () => {
    expect(composeExtract([])).toEqual([]);
    expect(composeExtract([[]])).toEqual(['']);
  });
});
