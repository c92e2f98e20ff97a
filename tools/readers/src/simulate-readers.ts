import type { BehaviourType } from '@attune/contracts';
import { Catalogue, type Candidate } from './catalogue';
import { Draws } from './draws';
import type { Article } from './read-articles';
import { drawReader, drift, type Reader } from './reader';

/** Something that a simulated reader did. */
export interface SimulatedEvent {
  user: string;
  item: string;
  /** Milliseconds since 1970, in whole seconds. */
  at: number;
  type: BehaviourType;
  /** Of `viewed`: share of the article that was read, above 0 and at most 1. */
  value?: number;
}

export interface SimulationOptions {
  readers: number;
  weeks: number;
  /** Of every random choice. */
  seed: number;
  /** Share of the readings that nothing but chance decides, 0 to 1. */
  noise: number;
  /** Beginning of the first week, in milliseconds since 1970; by default the day of the first publication, in UTC. */
  start?: number;
}

export const DEFAULT_SIMULATION: SimulationOptions = { readers: 300, weeks: 26, seed: 42, noise: 0.1 };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
export const WEEK = 7 * DAY;

const READINGS_A_VISIT = 1.8;
/** Deviation of the hour of a visit, and of the logarithm of the seconds for which an article is open. */
const HOUR_SPREAD = 2;
const SECONDS_SPREAD = 0.5;
const MEDIAN_SECONDS = 150;
/** Share of the readings that begin with a click in a list; the others come by a link or a search. */
const CLICKED = 0.6;
/** Chance of a visit in which one article is waved away. */
const DISMISSAL = 0.12;
/** Chances after a reading of middling match; a better one raises them, a worse one lowers them. */
const REACTIONS: readonly [BehaviourType, number][] = [
  ['commented', 0.025],
  ['shared', 0.035],
  ['purchased', 0.008],
];
/** How strongly the match, in its own deviations, raises a reaction's log-chance and the log-odds of reading on. */
const MATCH_EFFECT = 0.5;
/** What a reader's log-weights come to for the article that is read, on average and in deviation: the middling match. */
const MIDDLING = { mean: 1.4, deviation: 1.8 };

interface Visit {
  reader: Reader;
  at: number;
}

/**
 * Simulates what readers do with articles. Pure: the same articles and options give the same events, in the order of time.
 *
 * Each reader has a taste in categories, in themes that run across them and, a little, in authors (`reader.ts`); it drifts from week to week.
 * Readers come at their hour of the day, some often and many rarely, join late and stop. In a visit they read articles that they have not read
 * yet. An article is drawn by its weight: the exponential of the taste for it, times how good it is, how new, and how much everyone read it of
 * late, which makes what is popular more so (`catalogue.ts`); a share of the readings is noise. The better an article fits, the more of it is
 * read and the likelier a comment, a share or a purchase. What is waved away fits badly, and does not come back.
 */
export function simulateReaders(articles: readonly Article[], options: Partial<SimulationOptions> = {}): SimulatedEvent[] {
  const { readers: count, weeks, seed, noise, start = firstDay(articles) } = { ...DEFAULT_SIMULATION, ...options };
  const draws = new Draws(seed);
  const catalogue = new Catalogue(articles, draws);
  const readers = Array.from({ length: count }, (_, place) => drawReader(place, weeks, catalogue.sizes, draws));
  const events: SimulatedEvent[] = [];
  for (let week = 0; week < weeks; week++) {
    const visits = readers
      .filter(({ joins, leaves }) => joins <= week && week < leaves)
      .flatMap((reader) => visitsOf(reader, start + week * WEEK, reader.joins === week, draws))
      .sort((one, other) => one.at - other.at);
    for (const visit of visits) events.push(...eventsOf(visit, catalogue, noise, draws));
    for (const reader of readers) drift(reader, draws);
  }
  const end = start + weeks * WEEK;
  return events.filter(({ at }) => at < end).sort((one, other) => one.at - other.at);
}

/** Beginning of the day of the first publication, in UTC, in milliseconds since 1970. */
export function firstDay(articles: readonly Article[]): number {
  const first = articles.reduce((least, { publishedAt }) => Math.min(least, publishedAt), Infinity);
  return Math.floor(first / DAY) * DAY;
}

/** Visits of a week: at most one a day, as many on average as the reader's habit says, around the reader's hour; one at least in the first week. */
function visitsOf(reader: Reader, week: number, isFirst: boolean, draws: Draws): Visit[] {
  const chance = 1 - Math.exp(-reader.visits / 7);
  const days = Array.from({ length: 7 }, (_, day) => day).filter(() => draws.happens(chance));
  if (isFirst && days.length === 0) days.push(Math.floor(draws.between(0, 7)));
  return days.map((day) => {
    const hour = Math.min(23, Math.max(0, draws.normal(reader.hour, HOUR_SPREAD)));
    return { reader, at: wholeSeconds(week + day * DAY + hour * HOUR + draws.between(0, 30 * MINUTE)) };
  });
}

function eventsOf({ reader, at: start }: Visit, catalogue: Catalogue, noise: number, draws: Draws): SimulatedEvent[] {
  const events: SimulatedEvent[] = [];
  let at = start;
  const record = (place: number, type: BehaviourType, value?: number): void => {
    events.push({ user: reader.name, item: catalogue.item(place), at, type, ...(value !== undefined && { value }) });
  };
  const open = catalogue.open(reader, start);
  const draw = (weight: (candidate: Candidate) => number): number | undefined => {
    const chosen = draws.place(open.map(weight));
    if (chosen === undefined) return undefined;
    const [{ place }] = open.splice(chosen, 1);
    reader.known.add(place);
    return place;
  };
  const pass = (seconds: number): void => {
    at += Math.max(1, Math.round(seconds)) * SECOND;
  };

  if (draws.happens(DISMISSAL)) {
    const place = draw(({ appeal, fit }) => appeal / fit);
    if (place !== undefined) record(place, 'dismissed');
    pass(draws.between(3, 20));
  }
  for (let left = draws.geometric(READINGS_A_VISIT); left > 0; left--) {
    const isNoise = draws.happens(noise);
    const place = draw(({ appeal, fit }) => (isNoise ? 1 : appeal * fit));
    if (place === undefined) break;
    const match = (catalogue.match(place, reader) - MIDDLING.mean) / MIDDLING.deviation;
    if (draws.happens(CLICKED)) {
      record(place, 'clicked');
      pass(draws.between(1, 4));
    }
    const share = shareRead(match, draws);
    record(place, 'viewed', share);
    catalogue.recordReading(place);
    pass(share * MEDIAN_SECONDS * Math.exp(draws.normal(0, SECONDS_SPREAD)));
    for (const [type, chance] of REACTIONS) {
      if (!draws.happens(chance * Math.exp(MATCH_EFFECT * Math.min(2, match)))) continue;
      record(place, type);
      pass(draws.between(10, 90));
    }
    pass(draws.between(5, 60));
  }
  return events;
}

/** Share of an article that is read, in whole hundredths: most of it where the article fits. */
function shareRead(match: number, draws: Draws): number {
  const logOdds = draws.normal(0.6 + MATCH_EFFECT * match, 1);
  return Math.max(0.01, Math.round(100 / (1 + Math.exp(-logOdds))) / 100);
}

const wholeSeconds = (at: number): number => Math.floor(at / SECOND) * SECOND;
