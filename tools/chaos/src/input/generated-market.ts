import { watchInputSchema, type MarketDocument, type WatchInput } from '@attune/contracts';
import { chance, choose } from './chance';
import type { Market } from './market';

const COMPANIES = [
  'Halden Freight',
  'Brightmoor',
  'Orbix Energy',
  'Calder Foods',
  'Novaline',
  'Tessmark',
  'Ridgeway Rail',
  'Ostrava Steel',
];
const SOURCES = ['Harbour Wire', 'Northern Post', 'Ledger'];
/** What the spec's model knows: words that decide, and others. */
const OPINIONS = {
  negative: ['reported a loss', 'had a terrible week', 'failed an audit', 'found a problem at its plant', 'saw its offer rejected'],
  positive: ['reported a profit', 'expects good growth', 'had an excellent week'],
  neutral: ['named a chairman', 'moved its office', 'will speak on Monday', 'opened a second line'],
} as const;
const SYLLABLES = ['ka', 'lo', 'mi', 'ren', 'sa', 'tor', 'vel', 'dun', 'gra', 'pol', 'nis', 'hem', 'ort', 'bri', 'cas', 'ulm'];

const FIRST = Date.UTC(2020, 0, 6, 8);
const MINUTE = 60_000;
/** Minutes between two documents, over all companies. */
const PACE = 5;
/** A surge begins after so many documents, and takes so many. */
const SURGE_EVERY = 60;
const SURGE_LENGTH = 12;

/**
 * Documents of own making about companies that are not there: calm days, in which now and then everybody writes ill of
 * one company within minutes. Some retell another in nearly its own words, some name two companies.
 */
export function generateMarket(count: number, seed: number): Market {
  const documents: MarketDocument[] = [];
  let at = FIRST;
  for (let index = 0; index < count; index += 1) {
    const surges = index > SURGE_EVERY && index % SURGE_EVERY < SURGE_LENGTH;
    at += Math.round((surges ? 0.2 : PACE) * MINUTE * (0.5 + chance(seed, 'pace', index)));
    documents.push(documentAt(index, at, { seed, surges, before: documents }));
  }
  return { documents, watches: watches() };
}

function documentAt(
  index: number,
  at: number,
  { seed, surges, before }: { seed: number; surges: boolean; before: readonly MarketDocument[] },
): MarketDocument {
  const pick = <T>(among: readonly T[], what: string): T => choose(among, seed, what, index);
  const envelope = { id: `generated:${index}`, source: pick(SOURCES, 'source'), publishedAt: new Date(at).toISOString() };
  const retold = before.at(-1 - Math.floor(8 * chance(seed, 'retold', index)));
  if (!surges && retold !== undefined && chance(seed, 'retells', index) < 0.15)
    return { ...envelope, text: `${retold.text} ${word(seed, index, 99)}` };
  const surging = COMPANIES[Math.floor(index / SURGE_EVERY) % COMPANIES.length] ?? '';
  const company = surges ? surging : pick(COMPANIES, 'company');
  const tone = surges ? 'negative' : pick(['neutral', 'neutral', 'neutral', 'positive', 'negative'] as const, 'tone');
  const other =
    chance(seed, 'two', index) < 0.1 ? ` Its rival ${pick(COMPANIES, 'rival')} ${pick(OPINIONS.neutral, 'rivals opinion')}.` : '';
  const details = Array.from({ length: 14 }, (_, place) => word(seed, index, place)).join(' ');
  return { ...envelope, text: `${company} ${pick(OPINIONS[tone], 'opinion')}, ${details}.${other}` };
}

/** A word that is none, so that no two documents are alike by chance. */
function word(seed: number, index: number, place: number): string {
  return [0, 1, 2].map((syllable) => choose(SYLLABLES, seed, 'word', index, place, syllable)).join('');
}

function watches(): WatchInput[] {
  return COMPANIES.map((name) =>
    watchInputSchema.parse({
      name,
      target: { kind: 'entity', names: [name] },
      rules: { sensitivity: 0.8, minimumStories: 3, coolDownMinutes: 15 },
    }),
  );
}
