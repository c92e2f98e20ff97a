import type { Draws } from './draws';
import type { Reader, TasteSizes } from './reader';
import type { Article } from './read-articles';
import { THEME_NAMES, themesOf } from './themes';

const DAY = 24 * 60 * 60 * 1000;
/** Days after which a reading counts 1/e in an article's popularity, and after which an article's newness has fallen to 1/e. */
const POPULARITY_DAYS = 7;
const NEW_DAYS = 10;
/** An article's weight grows with 1 and its recent readings to this power, so that what is popular becomes more so. */
const POPULARITY = 0.6;
/** How much a new article's weight lies above an old one's, as a share. */
const NEWNESS = 1.7;
/** Deviation of the logarithm of how good articles are. */
const QUALITY_SPREAD = 0.6;

interface Entry {
  item: string;
  publishedAt: number;
  category: number;
  author: number;
  themes: number[];
  /** A factor of its weight. */
  quality: number;
  /** Readings, each of which fades. */
  readings: number;
  /** 1 at the publication, and fading. */
  newness: number;
}

/** An article that a reader may come upon. */
export interface Candidate {
  place: number;
  /** Weight for anybody, and weight for the reader's taste, both above 0. */
  appeal: number;
  fit: number;
}

/** The articles as readers see them: what each is about, how good it is, and how much it was read of late. */
export class Catalogue {
  readonly sizes: TasteSizes;
  private readonly entries: Entry[];
  private at = -Infinity;

  constructor(articles: readonly Article[], draws: Draws) {
    const categories = [...new Set(articles.map(({ category }) => category))].sort();
    const authors = [...new Set(articles.map(({ author }) => author))].sort();
    this.sizes = { categories: categories.length, themes: THEME_NAMES.length, authors: authors.length };
    this.entries = articles.map(({ item, publishedAt, category, author, title, text }) => ({
      item,
      publishedAt,
      category: categories.indexOf(category),
      author: authors.indexOf(author),
      themes: themesOf(`${title} ${text}`),
      quality: Math.exp(draws.normal(0, QUALITY_SPREAD)),
      readings: 0,
      newness: 1,
    }));
  }

  item(place: number): string {
    return this.entries[place].item;
  }

  /** How well an article meets a reader's taste, as a log-weight: of its category, of its themes on average, and of its author. */
  match(place: number, { categories, themes, authors }: Reader): number {
    const { category, author, themes: own } = this.entries[place];
    const ofThemes = own.reduce((sum, theme) => sum + themes[theme], 0) / Math.max(1, own.length) ** 0.5;
    return categories[category] + ofThemes + authors[author];
  }

  /**
   * What a reader may come upon at a moment: the published articles that the reader does not know, with their weight for someone of no taste, by
   * how good they are, how much they were read of late, and how new they are.
   */
  open(reader: Reader, now: number): Candidate[] {
    this.fade(now);
    return [...this.entries.keys()]
      .filter((place) => this.entries[place].publishedAt <= now && !reader.known.has(place))
      .map((place) => {
        const { quality, readings, newness } = this.entries[place];
        return {
          place,
          appeal: (1 + readings) ** POPULARITY * quality * (1 + NEWNESS * newness),
          fit: Math.exp(this.match(place, reader)),
        };
      });
  }

  recordReading(place: number): void {
    this.entries[place].readings += 1;
  }

  /** Time passes; it never goes back. */
  private fade(now: number): void {
    if (now <= this.at) return;
    const [ofReadings, ofNewness] = [POPULARITY_DAYS, NEW_DAYS].map((days) => Math.exp((this.at - now) / (days * DAY)));
    for (const entry of this.entries) {
      entry.readings *= ofReadings;
      if (entry.publishedAt <= this.at) entry.newness *= ofNewness;
    }
    this.at = now;
  }
}
