import type { EntityTarget } from '@attune/contracts';
import { WatchMatcher } from './watch-matcher';
import type { MatchableWatch } from './watch-match';

const entity = (id: string, names: string[], more: Partial<EntityTarget> = {}): MatchableWatch => ({
  id,
  enabled: true,
  target: { kind: 'entity', names, aliases: [], tickers: [], patterns: [], excludes: [], ...more },
});
const keyword = (id: string, ...keywords: string[]): MatchableWatch => ({
  id,
  enabled: true,
  target: { kind: 'topic', keywords, threshold: 0.5 },
});

/** Surface forms by watch. */
function found(watches: MatchableWatch[], text: string, title?: string): Record<string, string[]> {
  const matches = WatchMatcher.build(watches).match({ text, ...(title === undefined ? {} : { title }) });
  return Object.fromEntries(matches.map(({ watchId, forms }) => [watchId, forms.map(({ surface }) => surface)]));
}

describe('WatchMatcher', () => {
  describe('an ordinary word that is a name', () => {
    const apple = entity('apple', ['Apple'], { aliases: ['Apple Inc'], tickers: ['AAPL'], excludes: ['apple pie'] });
    it.each([
      ['the fruit', 'She ate an apple in the garden.'],
      ['the fruit at the start of a sentence', 'Apple harvest begins early this autumn.'],
      ['beside an excluded phrase', 'They bake apple pie with one Apple each.'],
      ['as a hashtag alone', 'what a day #apple'],
      ['in small letters where names have capitals', 'Rivals of Acmeon share an apple a day'],
      ['as the rest of another name', 'She lives near Wagram Apple House and sings'],
      ['as the rest of another name, with an ampersand', 'The shop Pear & Apple closes'],
    ])('is not the company: %s', (_case, text) => expect(found([apple], text)).toEqual({}));

    it.each([
      ['capitalised in mid-sentence', 'The court asked Apple for the files.', ['Apple']],
      ['beside a corporate word', 'apple earnings were fine', ['apple']],
      ['at the start of a sentence with a corporate word', "Apple's shares fell.", ['Apple']],
      ['with its cashtag elsewhere', 'what did apple do now $AAPL', ['apple', '$AAPL']],
      ['that does something', 'Apple cancels its launch event', ['Apple']],
      ['that is to do something', 'Apple to open a store in Gdynia', ['Apple']],
      ['that owns something', "Apple's new campus opens", ['Apple']],
      ['in a list of names', 'Apple and Walvert agree on a truce over patents', ['Apple']],
      ['in a headline of capitals only with a word of companies', 'Why Apple Shares Fell On Monday After All', ['Apple']],
      ['with another of its names elsewhere', 'Nothing new. Apple Inc said so. apple it is', ['Apple Inc', 'apple']],
    ])('is the company: %s', (_case, text, forms) => expect(found([apple], text)).toEqual({ apple: forms }));
  });

  describe('a phrase of ordinary words that is a name', () => {
    const watches = [entity('buy', ['Best Buy']), entity('cat', ['Caterpillar'])];
    it.each([
      ['in small letters', 'this was the best buy of the year, said a caterpillar', {}],
      ['in capitals', 'Best Buy opens again. Caterpillar does not', { buy: ['Best Buy'], cat: ['Caterpillar'] }],
      ['in a hasty post with a word of companies', 'best buy earnings tonight', { buy: ['best buy'] }],
    ])('%s', (_case, text, expected) => expect(found(watches, text)).toEqual(expected));
  });

  describe('a ticker', () => {
    const watches = [
      entity('ford', ['Ford Motor'], { tickers: ['F'] }),
      entity('allstate', ['Allstate'], { tickers: ['ALL'] }),
      entity('berkshire', ['Berkshire Hathaway'], { tickers: ['BRK.B'] }),
      entity('tesla', ['Tesla'], { tickers: ['TSLA'] }),
    ];
    it.each([
      ['a cashtag of one letter', 'sold $F today', { ford: ['$F'] }],
      ['a longer cashtag', 'sold $FB today', {}],
      ['a class of shares', '$BRK.B and BRK-B', { berkshire: ['$BRK.B', 'BRK-B'] }],
      ['the ticker without its class', 'sold $BRK today', {}],
      ['an ordinary word', 'IT IS ALL over, F for effort', {}],
      ['an ordinary word after its exchange', 'Allied (NYSE: ALL) and NYSE:F', { allstate: ['ALL'], ford: ['F'] }],
      ['a plain ticker', 'TSLA again, tsla', { tesla: ['TSLA'] }],
      ['another class of its shares', 'sold $TSLA.B', {}],
      ['full-width signs', '＄ＴＳＬＡ', { tesla: ['＄ＴＳＬＡ'] }],
      ['a class of shares in one word', '$BRKB', { berkshire: ['$BRKB'] }],
      ['a class after a blank', '$BRK B', {}],
      ['its listing', '$TSLA.O and $F.N', { tesla: ['$TSLA'], ford: ['$F'] }],
      ['a listing elsewhere', 'sold $F.TO', {}],
      ['cashtags without blanks between them', '$TSLA$F', { tesla: ['$TSLA'], ford: ['$F'] }],
      ['money inside of a word', 'L$F, HEI$F, US$F, $F€PHAN, $F$, $F_F and C$ALL', {}],
      ['letters with accents', '$TŠLÀ', {}],
      ['a future', '$TSLA_F', {}],
    ])('%s', (_case, text, expected) => expect(found(watches, text)).toEqual(expected));

    it('is shared by two watches', () => {
      const two = [entity('a', ['Alder'], { tickers: ['ALD'] }), entity('b', ['Aldo'], { tickers: ['ALD'] })];
      expect(found(two, '$ALD up')).toEqual({ a: ['$ALD'], b: ['$ALD'] });
    });
  });

  it.each([
    ['a possessive', ['Acmeon'], "Acmeon's plan", ['Acmeon']],
    ['hyphens', ['Wal-Vert'], 'Wal Vert, walvert, WAL-VERT', ['Wal Vert', 'walvert', 'WAL-VERT']],
    ['an ampersand', ['Pine & Gable'], 'Pine and Gable, Pine &amp; Gable', ['Pine and Gable', 'Pine &amp; Gable']],
    ['initials', ['J.P. Harlan'], 'JP Harlan, J.P. Harlan', ['JP Harlan', 'J.P. Harlan']],
    ['decomposed letters', ['Néstor Foods'], 'Ne\u0301stor Foods', ['Ne\u0301stor Foods']],
    ['a script without spaces', ['海鸥集团'], '昨天海鸥集团发布公告', ['海鸥集团']],
    ['Thai', ['นกนางนวล'], 'วันนี้นกนางนวลลดลง', ['นกนางนวล']],
    ['a Korean particle', ['갈매기전자'], '갈매기전자가 발표', ['갈매기전자']],
    ['a hashtag and an account', ['Pine Gable'], '#PineGable @pinegable', ['#PineGable', '@pinegable']],
    ['a company form after a comma', ['Acmeon Inc'], 'Acmeon, Inc. rose', ['Acmeon, Inc']],
    ['letters without their accents', ['Néstor Foods'], 'NESTOR FOODS rose', ['NESTOR FOODS']],
    ['an accent that tells it from a word', ['Nestlé'], 'the hills of nestlé', ['nestlé']],
    ['a name before more katakana', ['ソニー'], '昨日ソニーグループが発表', ['ソニー']],
    ['a dotted capital of Turkish', ['İnci Holding'], 'inci holding ve İNCİ HOLDİNG', ['inci holding', 'İNCİ HOLDİNG']],
  ])('reads %s', (_case, names, text, forms) => expect(found([entity('w', names)], text)).toEqual({ w: forms }));

  it.each([
    ['inside of a word', ['Acme'], 'Acmeon rose'],
    ['over the end of a sentence', ['Pinewood Gable'], 'We saw Pinewood. Gable left.'],
    ['in a web address', ['Acmeon'], 'see https://acmeon.com/acmeon or bob@acmeon.com'],
    ['short capitals in small letters', ['GQ'], 'gq is nothing'],
    ['in an ordinary word without its accent', ['Nestlé'], 'They nestle in the hills'],
    ['inside of a word in katakana', ['ライン'], 'オンライン会議'],
    ['inside of a number', ['3M'], 'sold 9.3M of them'],
    ['in the name of whoever wrote it', ['Harbourwire'], 'RT @harbourwire: rain, via @Harbourwire'],
    ['at the beginning of a longer account', ['Acmeon'], '@acmeon_fans'],
  ])('finds nothing %s', (_case, names, text) => expect(found([entity('w', names)], text)).toEqual({}));

  it('takes the longest of overlapping names', () => {
    const watches = [entity('short', ['Halden']), entity('long', ['Halden Freight'])];
    expect(found(watches, 'Halden Freight fell.')).toEqual({ long: ['Halden Freight'] });
    expect(found(watches, 'Halden Freight fell and Halden rose.')).toEqual({ long: ['Halden Freight'], short: ['Halden'] });
  });

  it('tells places in the title and the text, and the sentences with them', () => {
    const [match] = WatchMatcher.build([entity('w', ['Acmeon'])]).match({
      title: ' Acmeon recalls lorries ',
      text: 'Rain fell. The maker Acmeon apologised. Nobody was hurt.',
    });
    expect(match.target).toBe('Acmeon');
    expect(match.forms).toEqual([
      { field: 'title', start: 1, end: 7, surface: 'Acmeon', kind: 'name' },
      { field: 'text', start: 21, end: 27, surface: 'Acmeon', kind: 'name' },
    ]);
    expect(match.sentences).toEqual([
      { field: 'title', start: 1, end: 23, text: 'Acmeon recalls lorries' },
      { field: 'text', start: 11, end: 39, text: 'The maker Acmeon apologised.' },
    ]);
  });

  it('finds topics by keywords, also inside of a name', () => {
    const watches = [keyword('rates', 'interest rate'), keyword('rate', 'rate')];
    expect(found(watches, 'The interest rate rose.')).toEqual({ rates: ['interest rate'], rate: ['rate'] });
  });

  it('finds patterns', () => {
    expect(found([entity('w', ['Acmeon'], { patterns: ['AC-[0-9]{3}'] })], 'The AC-204 failed.')).toEqual({ w: ['AC-204'] });
  });

  it('takes watches in and out one at a time', () => {
    const matcher = WatchMatcher.build([entity('a', ['Acmeon']), entity('b', ['Acmeon Foods'])]);
    const ids = (): string[] => matcher.match({ text: 'Acmeon Foods and Acmeon and Halden' }).map(({ watchId }) => watchId);
    expect(ids()).toEqual(['a', 'b']);
    matcher.replace(entity('a', ['Halden']));
    matcher.remove('b');
    expect(ids()).toEqual(['a']);
    expect(matcher.match({ text: 'Acmeon Foods' })).toEqual([]);
    matcher.replace({ ...entity('a', ['Halden']), enabled: false });
    expect(matcher.size).toBe(0);
    expect(ids()).toEqual([]);
  });

  it('keeps a watch whose new pattern is faulty', () => {
    const matcher = WatchMatcher.build([entity('a', ['Acmeon'])]);
    expect(() => matcher.replace(entity('a', ['Halden'], { patterns: ['('] }))).toThrow(expect.objectContaining({ code: 'bad-data' }));
    expect(matcher.match({ text: 'Acmeon' })).toHaveLength(1);
  });
});
