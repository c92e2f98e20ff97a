/**
 * English words that are also names or tickers of companies, and abbreviations that every market text is full of. Such a name counts
 * only with evidence, and such a ticker only as a cashtag or after its exchange.
 */
const ORDINARY_WORDS = `
a ab ad add ago ai air aid all alphabet ally am amazon an and any apple apps arc are arm art as ask at away
b back bad bag ball bar base be beam beat bed best bid big bill bird bit block blue bold bond book boom boot boss both box brink buy by
c call camp can cap car card care case cash cat chase check chewy chip chase cite city clean cloud coach coin cold come comp cool core corn cost coupa crane crown cub cut
d dad dash data day deal deck deep deere del delta dig discover do dog dollar dot dow down dream drive dry
e earn east easy eat edge ego elf else end energy era eve ever eye eyes
f face fair fall fan far fast fat feed few fig fine fit five fix flex flow fly focus food for ford fork fox free fresh fun fund fuel
g gain game gap gas gate gem general get gift give glad go goal gold good grab great grid grow gum guess
h had hand has have he head heal health hear heart her here hi high him hip his hit hold home hope host hot house how hub humana hunt
i ice if ill in indeed ink insight intuit is it its
j jack jam jets job joy jump just
k key keys kind king know
l lad land large last law lead leap let life lift light like lime line link live load loan loop lot love low lucid luck lulu
m mad main man map mark mass mast match mate may me mean meet men mercury met meta mid mind mint mix mo mobile model mom money monster moon more most move my
n natural near net new news next nice nice no noble non north not note now nu nut
o oak ocean of off oil ok old on once one only open opera or oracle order our out over own
p pack page paid palm park part path pay peak peer pen people pet phone pick pie pilot pin plan plant play plug plus point pool pop post power press pro prime progressive pros pump push put
q quest quick
r race rain ramp rare rate raw ray read real red reach relay rent rest ride ring rise road rock root round royal run rush
s safe sage sail sale same sand save saw say sea see seed self sell send set shake shell she ship shop short show sift sign silver simply sin site six sky slack slim smart smile snap snow so soft son sonic spot sprint square stag star stay steel step stock stone stop store strategy stride study sun sure swan sweet
t table tap target task tea team tech tell ten test than the their them they this tide tie tile time tip to toast today too top total toy track trade tree trip true try turn twin twist two
u uber under unity up upstart us use
v vail van vale very via victory view visa vital vs
w wait walk wall want war was water wave way we wear web well west what who why will win wing wise wish wix wolf work world worth
x y yelp yes yet you young your yum z zoom zip zone
ceo cfo coo cto eps ipo etf gdp cpi ppi fed sec fda ftc doj epa irs usa uk eu un ev pe esg api ir pr hr atm ath eod eow imo fyi tv pc ip id ma nyse otc roi yoy qoq ytd usd eur gbp jpy cny
january february march april june july august september october november december monday tuesday wednesday thursday friday saturday sunday
`;

const words: ReadonlySet<string> = new Set(ORDINARY_WORDS.split(/\s+/).filter((word) => word !== ''));

/** Whether a token, normalised as `tokenize` does, is a word that texts use in its plain sense. */
export function isOrdinaryWord(token: string): boolean {
  return words.has(token);
}

const CORPORATE_WORDS = `
share shares stock stocks shareholder shareholders investor investors earnings revenue revenues profit profits guidance dividend dividends
buyback eps ebitda ipo merger acquisition acquires acquire acquired takeover ceo cfo coo chief executive chairman board analyst analysts
downgrade downgrades downgraded upgrade upgrades upgraded outperform underperform overweight underweight quarter quarterly q1 q2 q3 q4
inc corp corporation company companies co ltd plc llc holdings group nyse nasdaq listed lawsuit sues sued antitrust recall recalls
unveils unveiled launches launched announces announced reports reported posts posted beats misses raises raised cuts slashes warns says said
hires hired fires layoffs plans surges surged plunges plunged tumbles tumbled soars soared slides slid rallies fell falls rose gains gained
jumps jumped drops dropped sinks sank climbs climbed slumps slumped valuation premarket bullish bearish calls puts margin margins
sales unit subsidiary supplier suppliers smartphone iphone product products app developer developers employees workers
`;

const corporate: ReadonlySet<string> = new Set(CORPORATE_WORDS.split(/\s+/).filter((word) => word !== ''));

/** Whether a token speaks of companies and their shares, so that an ordinary word near it is rather a company's name. */
export function isCorporateWord(token: string): boolean {
  return corporate.has(token);
}

const EXCHANGES: ReadonlySet<string> = new Set(
  `nyse nasdaq nasdaqgs nasdaqgm nasdaqcm amex nysearca nyseamerican cboe lse lon tsx tsxv cve tse tyo hkex hkg sehk asx nse bse etr fra xetra
  epa ams swx six bit bme sgx krx kosdaq sse szse sha she otc otcmkts otcqb otcqx ticker symbol`.split(/\s+/),
);

/** Whether a token names a stock exchange, as in "NYSE: F". */
export function isExchange(token: string): boolean {
  return EXCHANGES.has(token);
}
