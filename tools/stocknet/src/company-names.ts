/** What people call a company besides what its full name is shortened to. */
const ALSO_CALLED: Readonly<Record<string, readonly string[]>> = {
  AAPL: ['iPhone'],
  AMZN: ['Amazon'],
  BHP: ['BHP'],
  'BRK-A': ['Berkshire'],
  BUD: ['Anheuser-Busch', 'AB InBev'],
  C: ['Citi'],
  CSCO: ['Cisco'],
  DIS: ['Disney'],
  GE: ['GE'],
  GOOG: ['Google'],
  JPM: ['JPMorgan', 'JP Morgan'],
  LMT: ['Lockheed'],
  TSM: ['TSMC'],
  UPS: ['UPS'],
  VZ: ['Verizon'],
  WMT: ['Walmart', 'Wal-Mart'],
  XOM: ['Exxon', 'ExxonMobil'],
};

/** What a company's full name ends in and nobody writes. */
const LEGAL_FORM =
  /(?:,? (?:inc\.?|incorporated|corporation|company(?: limited)?|co\.|limited|ltd|plc|p\.l\.c\.|n\.v\.|s\.a\.|ag|sa\/nv company|group(?: (?:incorporated|holding))?|holdings?|l\.p\.)| &)+$/i;

/** Names of a company: what people say first, its full name last. */
export function namesOf(ticker: string, fullName: string): string[] {
  const short = fullName
    .replace(/^the /i, '')
    .replace(LEGAL_FORM, '')
    .replace(/\.com$/i, '')
    .trim();
  return [...new Set([short, ...(ALSO_CALLED[ticker] ?? []), fullName])].filter((name) => name !== '');
}
