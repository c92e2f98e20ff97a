import { splitSentences } from './split-sentences';

describe('splitSentences', () => {
  it.each([
    ['decimal numbers', 'It rose 3.5% to $4.20. It fell.', ['It rose 3.5% to $4.20.', 'It fell.']],
    ['a company form in mid-sentence', 'Acmeon Inc. Halden said so.', ['Acmeon Inc. Halden said so.']],
    ['a company form at an end', 'He works at Acmeon Inc. The company grew.', ['He works at Acmeon Inc.', 'The company grew.']],
    ['titles and initials', 'Mr. Ode of J.P. Harlan left. Dr. Ray came.', ['Mr. Ode of J.P. Harlan left.', 'Dr. Ray came.']],
    ['a ticker with a dot', 'Shares of BRK.B fell. $F rose!', ['Shares of BRK.B fell.', '$F rose!']],
    ['"no" and "No. 5"', 'See No. 5 here. I said no. Then I left.', ['See No. 5 here.', 'I said no.', 'Then I left.']],
    ['bullet lines', '- first item\n- second item\n\nNew one', ['- first item', '- second item', 'New one']],
    ['wrapped lines', 'The maker said\nit was sorry. Nobody\nwas hurt.', ['The maker said\nit was sorry.', 'Nobody\nwas hurt.']],
    ['Chinese', '公司亏损。股价下跌！好吗？', ['公司亏损。', '股价下跌！', '好吗？']],
    ['a post', 'lol $F again!! told you #short', ['lol $F again!!', 'told you #short']],
    ['nothing', ' \n ', []],
  ])('reads %s', (_case, text, expected) => {
    expect(splitSentences(text).map(({ start, end }) => text.slice(start, end))).toEqual(expected);
  });

  it('takes time linear in the text', () => {
    expect(splitSentences('Dr. '.repeat(25_000)).length).toBeGreaterThan(0);
  });
});
