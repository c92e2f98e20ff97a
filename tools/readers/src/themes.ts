/**
 * Finer interests than categories: an article is about a theme where its title or text has one of the theme's words. Every theme runs across
 * categories, so that what a text is about says more than the category does.
 */
const THEMES: Readonly<Record<string, string>> = {
  water:
    'sea river lake boat ferry ferries harbour tide pond flood swim rain reservoir wave waves ship ships fishermen ocean canoe drown drowned',
  animals:
    'animal animals dog dogs cats wolf wolves bird birds bee bees hive hives frog frogs horse mare sheep goat goats tortoise crow crows hen moth pigeons goose puffins gulls newt',
  children:
    'child children school pupil pupils teacher teachers classroom infants mothers parents teenagers daughter son sons kids playground juniors primary',
  age: 'grandmother grandfather widow widows retired retire retiring retirement pension pensioner pensioners seventy eighty ninety oldest',
  cold: 'winter winters snow frost ice cold freeze freezes frozen glacier ski skis',
  'rail and road':
    'train trains railway bus station tram bicycle cycling cyclist bike driver lorry van passengers timetable commuter platform',
  repair:
    'repair repairs mend mended workshop tool tools glue carpenter carpentry joiner joiners nails solder timber restore restored sand spare splices',
  thrift: 'price prices cheap cheaply budget bill cost costs savings debt cash money wage wages pounds penny pay paid fee sums',
  night: 'night nights sleep slept asleep dark star stars midnight moon bedroom lamp lamps dawn',
  neighbours: 'neighbour neighbours village villages volunteers parish members community helpers households chapel',
  machines:
    'software computer computers data algorithm sensor sensors robot robots phone phones app laser network camera code model digital keyboard machine machines',
  heights: 'hill hills mountain mountains climb climbing pass summit path walk walking moor walkers',
  'the past': 'century centuries medieval archive museum roman historian historians manuscript archaeologists former ledger tomb',
  energy: 'energy heat gas solar boiler radiator pump diesel battery batteries carbon drought climate',
  shops: 'shop shops bakery customers market stall stallholders baker dealer firm firms employees sold supermarket',
  body: 'knee knees muscle muscles heart breath leg fingers feet bones gums blood stroke doctor doctors nurse hospital hospitals patients pulse',
  sound:
    'noise silence listen listens listening sound hear hears voice voices choir sing sings song songs drum drums organ hum microphone violin cello quiet',
  plants:
    'seed seeds tree trees leaves soil plant plants flower garden gardeners beans tomatoes potatoes apple hedge rhubarb kelp spruce hawthorn',
  baking: 'bread cake sugar honey flour oven loaf loaves butter toast jam waffle biscuit cheesecake',
  letters:
    'letter letters library librarian librarians book books cookbook notebook notebooks diary diaries writers novelist write wrote written',
  mind: 'worry anxiety calm calmer calmest memory brain stress psychologist psychologists psychology grief mood tears cry nerves afraid',
  savour: 'salt chilli vinegar chickpeas noodles soup broth herring sardines sesame lemon lemons onions tea coffee cheese supper',
  rules: 'court judge judges law lawsuit police prison tax contracts referee umpire strike union clause insurance audit audits ministry',
  love: 'wedding weddings love husband husbands wife divorce divorced engaged married heartbreak romance friends friend',
};

/** Names of the themes, in the order of a taste's numbers. */
export const THEME_NAMES: readonly string[] = Object.keys(THEMES);

const THEMES_BY_WORD = new Map<string, number[]>();
Object.values(THEMES).forEach((words, theme) => {
  for (const word of words.split(' ')) THEMES_BY_WORD.set(word, [...(THEMES_BY_WORD.get(word) ?? []), theme]);
});

/** Places in {@link THEME_NAMES} of the themes that a text is about, in ascending order. */
export function themesOf(text: string): number[] {
  const found = new Set<number>();
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) for (const theme of THEMES_BY_WORD.get(word) ?? []) found.add(theme);
  return [...found].sort((one, other) => one - other);
}
