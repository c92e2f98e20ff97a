import type { FaqEntry } from './stackfaq';

/** Folds by thread. */
export const FOLDS = 5;
/** Of the threads that a fold learns from, one in so many chooses its checkpoint and teaches its ranking: the encoder has not seen them. */
const VALIDATION = 4;

/** Which threads a fold learns from, and which it is tested on: places in the list of entries. */
export interface Fold {
  readonly number: number;
  /** Teach the encoder. */
  readonly train: readonly number[];
  /** Choose the encoder's checkpoint, and teach the ranking and the thresholds. */
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

/** Splits entries by their places; of each thread every query is on one side. */
export function foldsOf(entries: readonly FaqEntry[]): Fold[] {
  const places = [...entries.keys()];
  return Array.from({ length: FOLDS }, (_, number) => {
    const seen = places.filter((place) => place % FOLDS !== number);
    return {
      number,
      train: seen.filter((_place, order) => order % VALIDATION !== 0),
      validation: seen.filter((_place, order) => order % VALIDATION === 0),
      test: places.filter((place) => place % FOLDS === number),
    };
  });
}

/** Rows for `attune train`: the queries of a thread with its question, and with the beginning of each answer. */
export function trainingRows(entries: readonly FaqEntry[], places: readonly number[], withAnswers: boolean): string {
  const rows = places.flatMap((place) => {
    const { question, answers, queries } = entries[place];
    const row = (text: readonly string[], pair: string) => ({ text, pair, thread: `thread ${place}` });
    const paraphrases = row(queries, question);
    return withAnswers ? [paraphrases, ...answers.map((answer) => row([question], answer))] : [paraphrases];
  });
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
