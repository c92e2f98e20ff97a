import { namesOf } from './company-names';

describe('namesOf', () => {
  it.each([
    ['PG', 'The Procter & Gamble', ['Procter & Gamble', 'The Procter & Gamble']],
    ['MRK', 'Merck & Co.', ['Merck', 'Merck & Co.']],
    ['AMZN', 'Amazon.com Inc.', ['Amazon', 'Amazon.com Inc.']],
    ['BABA', 'Alibaba Group Holding', ['Alibaba', 'Alibaba Group Holding']],
    ['BP', 'BP p.l.c.', ['BP', 'BP p.l.c.']],
    ['JNJ', 'Johnson & Johnson', ['Johnson & Johnson']],
    ['XOM', 'Exxon Mobil Corporation', ['Exxon Mobil', 'Exxon', 'ExxonMobil', 'Exxon Mobil Corporation']],
  ])('of %s, %s', (ticker, name, names) => expect(namesOf(ticker, name)).toEqual(names));
});
