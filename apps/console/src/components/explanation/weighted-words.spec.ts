import { piecesOf, strengthOf } from './weighted-words';

const TEXT = 'Halden loses its largest customer.';
const EXPLANATION = [
  { text: 'customer', start: 25, end: 33, influence: -0.05 },
  { text: 'loses', start: 7, end: 12, influence: 0.4 },
];

describe('the words that mattered', () => {
  it('stand in the text where they are', () => {
    const pieces = piecesOf(TEXT, EXPLANATION);
    expect(pieces.map(({ text }) => text)).toEqual(['Halden ', 'loses', ' its largest ', 'customer', '.']);
    expect(pieces.map(({ influence }) => influence)).toEqual([undefined, 0.4, undefined, -0.05, undefined]);
  });

  it('leave a text whole without them, and are left out where they are not of it', () => {
    expect(piecesOf(TEXT, [])).toEqual([{ text: TEXT }]);
    expect(piecesOf('short', EXPLANATION)).toEqual([{ text: 'short' }]);
  });

  it('are as strong as their influence beside the strongest', () => {
    expect(EXPLANATION.map(({ influence }) => strengthOf(influence, EXPLANATION))).toEqual([0.125, 1]);
  });

  it('are weak where none matters', () => {
    const without = { text: 'a', start: 0, end: 1, influence: 0.001 };
    expect(strengthOf(0.001, [without])).toBeCloseTo(0.02, 6);
    expect(strengthOf(0, [{ ...without, influence: 0 }])).toBe(0);
  });
});
