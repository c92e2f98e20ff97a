/** What articles are about, by category. */
const SUBJECTS: Readonly<Record<string, string>> = {
  home: 'sash windows, oak floors, attic stairs, kitchen tiles, damp walls, brass hinges, wool carpets, radiators, chimneys, spare rooms',
  garden: 'tulip beds, apple trees, compost heaps, rain barrels, rose hedges, herb pots, gravel paths, greenhouses, ponds, lawns',
  food: 'rye bread, lentil soup, pickled beets, goat cheese, plum jam, roast squash, green tea, smoked trout, dumplings, oat cakes',
  sport:
    'hill running, rowing crews, chess clubs, track cycling, goalkeepers, swimming lanes, climbing walls, table tennis, archery, relay teams',
  travel:
    'night trains, river ferries, mountain huts, harbour towns, desert roads, island markets, canal boats, border posts, old stations, coast paths',
  money:
    'pension plans, rent deposits, savings rates, index funds, tax returns, small loans, house prices, phone bills, insurance claims, shop receipts',
  science:
    'comet tails, sea ice, bee colonies, magnetic fields, fossil shells, cave fish, solar panels, soil fungi, tide pools, bird calls',
  music:
    'string quartets, church organs, jazz trumpets, folk fiddles, drum kits, choir tours, piano tuners, vinyl shops, opera nights, street bands',
  work: 'open offices, night shifts, job interviews, team lunches, apprentices, long meetings, tool belts, remote desks, trade unions, old contracts',
  health:
    'sore backs, sleep diaries, running shoes, dental visits, pollen seasons, eye tests, first aid, walking sticks, school nurses, cold baths',
};
const ANGLES =
  'How to begin with, The quiet return of, Five mistakes with, What it costs to keep, A beginner tries, The history of, Why neighbours argue over, Repairing, Choosing, Saving, Notes on, The future of, A week among, Learning from, Against, In praise of, The price of, Looking after, Questions about, A short guide to, The science of, Living with, Teaching children about, The people behind, An honest look at'.split(
    ', ',
  );
const PLACES =
  'in small towns, on a tight budget, in the far north, after the flood, for two, before winter, without a car, in old houses, by the sea, in one weekend, at altitude, in spring, for the patient, in the dark, with grandparents, on the border, in a hurry, during harvest, for sceptics, in the city, after work, at school, in the rain, for ever, next door, on foot, with friends, in silence, at low tide, by hand, in August, at noon, from memory, in pairs, with care, on paper, for free, under trees, all year, at last'.split(
    ', ',
  );

/** An article of a generated catalogue. */
export interface GeneratedArticle {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly attributes: { readonly minutes: number };
}

/** As many articles as are asked for, at most 100,000, always the same: one category after the other. */
export function generatedCatalogue(count: number): GeneratedArticle[] {
  const categories = Object.entries(SUBJECTS).map(([category, subjects]) => ({ category, subjects: subjects.split(', ') }));
  return Array.from({ length: count }, (_, place) => {
    const { category, subjects } = categories[place % categories.length];
    const rest = Math.floor(place / categories.length);
    const subject = subjects[rest % subjects.length];
    const angle = ANGLES[Math.floor(rest / subjects.length) % ANGLES.length];
    const where = PLACES[Math.floor(rest / (subjects.length * ANGLES.length)) % PLACES.length];
    return { id: `article-${String(place)}`, title: `${angle} ${subject} ${where}`, category, attributes: { minutes: 2 + (place % 13) } };
  });
}
