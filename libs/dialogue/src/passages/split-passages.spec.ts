import type { DocumentBlock } from './document-block';
import { joinSentences, passageSearchText, splitPassages } from './split-passages';

/** A word is a token, and so is a Chinese character. */
const countTokens = (text: string): number => text.match(/\p{Script=Han}|[^\s\p{Script=Han}\p{P}]+/gu)?.length ?? 0;
const sentencesOf = (text: string): string[] =>
  [...new Intl.Segmenter('und', { granularity: 'sentence' }).segment(text)].map(({ segment }) => segment.trim());
const split = (blocks: readonly DocumentBlock[], budget: number) => splitPassages('Guide', blocks, { countTokens, budget, sentencesOf });
const text = (value: string): DocumentBlock => ({ kind: 'text', text: value });
const heading = (level: number, value: string): DocumentBlock => ({ kind: 'heading', level, text: value });

describe('splitting documents into passages', () => {
  it('follows headings and keeps their path', () => {
    const blocks = [
      text('Before any heading.'),
      heading(1, 'Guide'),
      heading(2, 'Care'),
      text('Wash it cold.'),
      heading(3, 'Wool'),
      text('By hand.'),
      heading(2, 'Repair'),
      text('Send it in.'),
    ];
    const passages = split(blocks, 40);
    expect(passages).toEqual([
      { headings: [], sentences: ['Before any heading.'] },
      { headings: ['Guide', 'Care'], sentences: ['Wash it cold.'] },
      { headings: ['Guide', 'Care', 'Wool'], sentences: ['By hand.'] },
      { headings: ['Guide', 'Repair'], sentences: ['Send it in.'] },
    ]);
    expect(passageSearchText('Guide', passages[2])).toBe('Guide › Care › Wool\nBy hand.');
  });

  it('splits a long section between sentences, and begins each passage with a short last sentence of the one before', () => {
    const passages = split([text('One two three four five six. Seven eight. Nine ten eleven twelve thirteen. Fourteen.')], 11);
    expect(passages.map(({ sentences }) => sentences)).toEqual([
      ['One two three four five six.', 'Seven eight.'],
      ['Seven eight.', 'Nine ten eleven twelve thirteen.', 'Fourteen.'],
    ]);
  });

  it.each([
    ['words', Array.from({ length: 50 }, (_, place) => `word${place}`).join(' '), ' '],
    ['characters of a script without spaces', '退货需要在三十天内从账户打印标签并把商品交到任何一个取货点然后等待退款', ''],
  ])('splits a sentence of too many %s, and loses nothing', (_, sentence, between) => {
    const passages = split([text(sentence)], 12);
    expect(passages.length).toBeGreaterThan(2);
    for (const { sentences } of passages) expect(countTokens(joinSentences(sentences))).toBeLessThanOrEqual(11);
    expect(passages.flatMap(({ sentences }) => sentences).join(between)).toBe(sentence);
  });

  it('leaves room for the text beside the longest headings', () => {
    const long = Array.from({ length: 100 }, (_, place) => `h${place}`).join(' ');
    const [{ sentences }] = split([heading(1, long), text('One two three four five six.')], 12);
    expect(sentences).toEqual(['One two three four five six.']);
  });

  it('joins sentences as their script does', () => {
    expect(joinSentences(['One.', 'Two.'])).toBe('One. Two.');
    expect(joinSentences(['退款需要五天。', '请等待。'])).toBe('退款需要五天。请等待。');
  });

  it('gives nothing of a document without text', () => {
    expect(split([heading(1, 'Empty')], 12)).toEqual([]);
    expect(split([], 12)).toEqual([]);
  });
});
