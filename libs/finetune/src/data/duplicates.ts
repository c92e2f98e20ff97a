import type { Example } from './example';
import { NearDuplicateIndex, SketchedTexts, type NearDuplicate } from './near-duplicates';

/** A part of a data set. */
export type SplitName = 'train' | 'validation' | 'test';

/** Rows of one split, in the order of their file. */
export interface SplitExamples {
  name: SplitName;
  /** File the rows come from. */
  path: string;
  examples: Example[];
}

/** Where a row stands. */
export interface RowPlace {
  split: SplitName;
  row: number;
}

/** Rows of `split` whose text stands in the earlier split `of`, too. */
export interface SplitOverlap {
  split: SplitName;
  of: SplitName;
  exact: number;
  near: number;
  examples: { text: string; row: number; otherRow: number; similarity: number }[];
}

/** What the duplicates of a data set are. Texts are compared as normalised; a pair is compared as a whole. */
export interface DuplicateReport {
  /** Rows of one split that repeat the text of an earlier row of it. */
  exact: { rows: number; examples: { text: string; places: RowPlace[] }[] };
  /** Distinct texts that are nearly the same as an earlier one of their split; absent where they were not looked for. */
  near?: {
    threshold: number;
    rows: number;
    withOtherLabel: number;
    examples: { text: string; other: string; row: number; otherRow: number; split: SplitName; similarity: number }[];
  };
  acrossSplits: SplitOverlap[];
  /** Texts that stand with different labels, in whichever splits. */
  conflictingLabels: { texts: number; rows: number; examples: { text: string; labels: (RowPlace & { label: string })[] }[] };
}

/** Jaccard similarity of character 4-grams from which texts are reported as near-duplicates. */
export const NEAR_DUPLICATE_THRESHOLD = 0.8;
const SHOWN = 20;
const SHOWN_CHARACTERS = 120;

/** What two rows must share to have the same text: the text, and the second one of a pair. */
export function textKey(example: Example): string {
  return example.pair === undefined ? example.text : `${example.text}\u0000${example.pair}`;
}

/** What two rows must share to have the same label. */
export function labelKey(example: Example): string {
  const own = Array.isArray(example.label) ? [...example.label].sort().join('\u0000') : String(example.label);
  return example.otherLabels === undefined ? own : `${own}\u0002${JSON.stringify(Object.entries(example.otherLabels).sort())}`;
}

/** Examples without those that repeat both text and label of an earlier one. */
export function withoutExactDuplicates(examples: Example[]): Example[] {
  const seen = new Set<string>();
  return examples.filter((example) => {
    const key = `${labelKey(example)}\u0001${textKey(example)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function shorten(key: string): string {
  const text = key.replace('\u0000', ' | ');
  const characters = Array.from(text.slice(0, 2 * SHOWN_CHARACTERS));
  return characters.length <= SHOWN_CHARACTERS && text.length <= 2 * SHOWN_CHARACTERS
    ? text
    : `${characters.slice(0, SHOWN_CHARACTERS).join('')}…`;
}

function showLabel(example: Example): string {
  return Array.isArray(example.label) ? example.label.join(', ') : String(example.label);
}

interface Place {
  split: SplitName;
  example: Example;
}

/** Texts that stand in more than one row, with these rows. */
type Occurrences = Map<string, Place[]>;

function repeatedTexts(splits: SplitExamples[]): Occurrences {
  const first = new Map<string, Place>();
  const repeated: Occurrences = new Map();
  for (const { name, examples } of splits) {
    for (const example of examples) {
      const key = textKey(example);
      const before = first.get(key);
      if (!before) {
        first.set(key, { split: name, example });
        continue;
      }
      const places = repeated.get(key);
      if (places) places.push({ split: name, example });
      else repeated.set(key, [before, { split: name, example }]);
    }
  }
  return repeated;
}

function exactDuplicates(occurrences: Occurrences): DuplicateReport['exact'] {
  const report: DuplicateReport['exact'] = { rows: 0, examples: [] };
  for (const [key, places] of occurrences) {
    const repeated = places.length - new Set(places.map(({ split }) => split)).size;
    if (repeated === 0) continue;
    report.rows += repeated;
    if (report.examples.length < SHOWN)
      report.examples.push({ text: shorten(key), places: places.map(({ split, example }) => ({ split, row: example.row })) });
  }
  return report;
}

function conflictingLabels(occurrences: Occurrences): DuplicateReport['conflictingLabels'] {
  const report: DuplicateReport['conflictingLabels'] = { texts: 0, rows: 0, examples: [] };
  for (const [key, places] of occurrences) {
    const byLabel = new Map(places.map((place) => [labelKey(place.example), place]));
    if (byLabel.size < 2) continue;
    report.texts++;
    report.rows += places.length;
    if (report.examples.length >= SHOWN) continue;
    report.examples.push({
      text: shorten(key),
      labels: [...byLabel.values()].map(({ split, example }) => ({ label: showLabel(example), split, row: example.row })),
    });
  }
  return report;
}

function emptyOverlaps(splits: SplitExamples[]): SplitOverlap[] {
  return splits.flatMap(({ name }, at) =>
    splits.slice(0, at).map((earlier) => ({ split: name, of: earlier.name, exact: 0, near: 0, examples: [] })),
  );
}

function exactOverlaps(occurrences: Occurrences, overlaps: SplitOverlap[]): void {
  for (const [key, places] of occurrences) {
    for (const overlap of overlaps) {
      const other = places.find(({ split }) => split === overlap.of);
      if (!other) continue;
      const repeated = places.filter(({ split }) => split === overlap.split);
      overlap.exact += repeated.length;
      if (repeated.length > 0 && overlap.examples.length < SHOWN) {
        overlap.examples.push({ text: shorten(key), row: repeated[0].example.row, otherRow: other.example.row, similarity: 1 });
      }
    }
  }
}

interface DistinctTexts {
  name: SplitName;
  /** First example of each text, and their texts. */
  examples: Example[];
  keys: Set<string>;
  /** Id of the first example's text among all. */
  firstId: number;
  index: NearDuplicateIndex;
}

function distinctTexts(splits: SplitExamples[]): DistinctTexts[] {
  const distinct = splits.map(({ name, examples }) => {
    const byText = new Map<string, Example>();
    for (const example of examples) if (!byText.has(textKey(example))) byText.set(textKey(example), example);
    return { name, examples: [...byText.values()], keys: new Set(byText.keys()) };
  });
  const sketches = new SketchedTexts(distinct.flatMap(({ keys }) => [...keys]));
  let firstId = 0;
  return distinct.map((texts) => {
    const index = new NearDuplicateIndex(sketches, NEAR_DUPLICATE_THRESHOLD, texts.examples.length);
    firstId += texts.examples.length;
    return { ...texts, firstId: firstId - texts.examples.length, index };
  });
}

function nearDuplicates(splits: SplitExamples[], overlaps: SplitOverlap[]): NonNullable<DuplicateReport['near']> {
  const report: NonNullable<DuplicateReport['near']> = { threshold: NEAR_DUPLICATE_THRESHOLD, rows: 0, withOtherLabel: 0, examples: [] };
  const distinct = distinctTexts(splits);
  for (const [at, own] of distinct.entries()) {
    for (const [position, example] of own.examples.entries()) {
      const id = own.firstId + position;
      const twin = own.index.nearest(id);
      own.index.add(id);
      if (twin) noteNear(report, own, example, twin);
      for (const earlier of distinct.slice(0, at)) {
        if (earlier.keys.has(textKey(example))) continue;
        const found = earlier.index.nearest(id);
        if (found) noteOverlap(overlaps, own.name, earlier, example, found);
      }
    }
  }
  return report;
}

function noteNear(
  report: NonNullable<DuplicateReport['near']>,
  own: DistinctTexts,
  example: Example,
  { id, similarity }: NearDuplicate,
): void {
  const other = own.examples[id - own.firstId];
  report.rows++;
  if (labelKey(other) !== labelKey(example)) report.withOtherLabel++;
  if (report.examples.length >= SHOWN) return;
  report.examples.push({
    text: shorten(textKey(example)),
    other: shorten(textKey(other)),
    split: own.name,
    row: example.row,
    otherRow: other.row,
    similarity,
  });
}

function noteOverlap(
  overlaps: SplitOverlap[],
  split: SplitName,
  earlier: DistinctTexts,
  example: Example,
  { id, similarity }: NearDuplicate,
): void {
  const overlap = overlaps.find((one) => one.split === split && one.of === earlier.name);
  if (!overlap) return;
  overlap.near++;
  if (overlap.examples.length >= SHOWN) return;
  overlap.examples.push({
    text: shorten(textKey(example)),
    row: example.row,
    otherRow: earlier.examples[id - earlier.firstId].row,
    similarity,
  });
}

/**
 * Finds exact and near duplicates within and across splits, and texts with conflicting labels.
 * @param splits Train first: an overlap is reported for the later split.
 */
export function findDuplicates(splits: SplitExamples[], options: { near: boolean }): DuplicateReport {
  const occurrences = repeatedTexts(splits);
  const overlaps = emptyOverlaps(splits);
  exactOverlaps(occurrences, overlaps);
  const report: DuplicateReport = {
    exact: exactDuplicates(occurrences),
    acrossSplits: overlaps,
    conflictingLabels: conflictingLabels(occurrences),
  };
  if (options.near) report.near = nearDuplicates(splits, overlaps);
  return report;
}
