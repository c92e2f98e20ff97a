import type { Draws } from './draws';

/** How many of each thing a reader has a taste for. */
export interface TasteSizes {
  categories: number;
  themes: number;
  authors: number;
}

/**
 * One simulated reader. A taste is a list of log-weights: the chance of an article grows with their exponential, which makes the shares of the
 * categories a logistic-normal draw (Aitchison and Shen 1980), peaked as a Dirichlet draw with parameters below 1 is.
 */
export interface Reader {
  name: string;
  /** First week in which the reader comes, counted from 0, and the first in which the reader no longer does. */
  joins: number;
  leaves: number;
  /** Mean visits a week. */
  visits: number;
  /** Hour of the day around which visits lie, in UTC. */
  hour: number;
  categories: number[];
  themes: number[];
  authors: number[];
  /** Places of the articles that the reader has read or waved away. */
  known: Set<number>;
}

const HOUR_OF_DAY = { morning: 7, noon: 12.5, evening: 20 };
/** Deviation of the log-weights of categories, of themes and of authors. */
const SPREAD = { categories: 1.5, themes: 1.2, authors: 0.4 };
/** Share of a taste's variance that a week replaces. */
const WEEKLY_DRIFT = 0.015;
/** Chance that a week brings a category into favour, whatever the reader thought of it. */
const NEW_PASSION = 0.015;
/** Chance that a week is a reader's last. */
const LOSS = 0.01;
/** Share of the readers that are there from the start; the others join in the course of the weeks. */
const FOUNDERS = 0.55;

/** Draws a reader. Visits are log-normal: few read much, and many little. */
export function drawReader(place: number, weeks: number, sizes: TasteSizes, draws: Draws): Reader {
  const joins = draws.happens(FOUNDERS) ? 0 : Math.floor(draws.between(0, weeks));
  let leaves = joins + 1;
  while (leaves < weeks && !draws.happens(LOSS)) leaves++;
  const hours = Object.values(HOUR_OF_DAY);
  return {
    name: `reader-${String(place + 1).padStart(3, '0')}`,
    joins,
    leaves,
    visits: Math.exp(draws.normal(0, 0.85)),
    hour: hours[Math.floor(draws.between(0, hours.length))],
    categories: draws.normals(sizes.categories, SPREAD.categories),
    themes: draws.normals(sizes.themes, SPREAD.themes),
    authors: draws.normals(sizes.authors, SPREAD.authors),
    known: new Set(),
  };
}

/**
 * A week passes: tastes move as a stationary autoregression of order 1, so that they lose a part of what they were and stay as strong, and now
 * and then a category comes into favour at once.
 */
export function drift(reader: Reader, draws: Draws): void {
  const kept = Math.sqrt(1 - WEEKLY_DRIFT);
  const moved = Math.sqrt(WEEKLY_DRIFT);
  for (const part of ['categories', 'themes'] as const) {
    reader[part] = reader[part].map((weight) => kept * weight + draws.normal(0, moved * SPREAD[part]));
  }
  if (draws.happens(NEW_PASSION)) reader.categories[Math.floor(draws.between(0, reader.categories.length))] = 2 * SPREAD.categories;
}
