import type { Tokenizer } from '@attune/artifact';
import type { EncodedExample, Example } from './example';

/** A query of a matching task. */
export interface Query {
  text: string;
  /** The candidate that stands beside it in its row. */
  answer: number;
  /** Every candidate that answers it: those beside the same text in any row, and whatever is of one group with them. */
  right: readonly number[];
  /** Row in its file, counted from 1. */
  row: number;
}

/** The rows of a matching task: queries, and the texts among which their answers are looked for. */
export interface MatchingPairs {
  /** Second texts of all splits, each once; those of the training rows come first. */
  candidates: string[];
  /** Candidates of the training rows: the others are not seen in training. */
  trainCandidates: number;
  train: Query[];
  validation: Query[];
  test?: Query[];
}

/** Pairs of each split, as read. */
export interface SplitPairs {
  train: readonly Example[];
  validation: readonly Example[];
  test?: readonly Example[] | undefined;
}

/** Numbers the candidates of pairs and finds what answers each query. */
export function matchingPairs({ train, validation, test }: SplitPairs): MatchingPairs {
  const all = [...train, ...validation, ...(test ?? [])];
  const numbers = new Map<string, number>();
  for (const { pair = '' } of all) if (!numbers.has(pair)) numbers.set(pair, numbers.size);
  const numberOf = ({ pair = '' }: Example): number => numbers.get(pair) ?? 0;

  const ofGroup = new Map<string, Set<number>>();
  const ofText = new Map<string, Set<number>>();
  for (const example of all) {
    if (example.group !== undefined) addTo(ofGroup, example.group, numberOf(example));
    addTo(ofText, example.text, numberOf(example));
  }
  const groupsOf = new Map<number, Set<number>[]>();
  for (const members of ofGroup.values()) for (const member of members) groupsOf.set(member, [...(groupsOf.get(member) ?? []), members]);
  const toQuery = (example: Example): Query => {
    const own = [...(ofText.get(example.text) ?? [])];
    const right = new Set(own.flatMap((candidate) => [candidate, ...(groupsOf.get(candidate) ?? []).flatMap((members) => [...members])]));
    return { text: example.text, answer: numberOf(example), right: [...right].sort((a, b) => a - b), row: example.row };
  };
  return {
    candidates: [...numbers.keys()],
    trainCandidates: new Set(train.map(({ pair }) => pair)).size,
    train: train.map(toQuery),
    validation: validation.map(toQuery),
    ...(test && { test: test.map(toQuery) }),
  };
}

function addTo<Key>(sets: Map<Key, Set<number>>, key: Key, value: number): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

/** Queries after the tokeniser; the target of each is its answer's number. */
export interface EncodedQueries {
  queries: EncodedExample[];
  /** For each query the candidates that answer it. */
  right: (readonly number[])[];
  rows: number[];
}

/** A matching task's rows after the tokeniser. */
export interface EncodedMatching {
  candidates: EncodedExample[];
  trainCandidates: number;
  train: EncodedQueries;
  validation: EncodedQueries;
  test?: EncodedQueries;
}

/** Tokenises queries and candidates, each by itself. */
export function encodeMatching(pairs: MatchingPairs, tokenizer: Pick<Tokenizer, 'encode'>, maxLength: number): EncodedMatching {
  const encode = (text: string, target: number, index: number): EncodedExample => ({
    ...tokenizer.encode(text, undefined, maxLength),
    target,
    index,
  });
  const encodeQueries = (queries: readonly Query[]): EncodedQueries => ({
    queries: queries.map(({ text, answer }, index) => encode(text, answer, index)),
    right: queries.map(({ right }) => right),
    rows: queries.map(({ row }) => row),
  });
  const { candidates, trainCandidates, train, validation, test } = pairs;
  return {
    candidates: candidates.map((text, index) => encode(text, index, index)),
    trainCandidates,
    train: encodeQueries(train),
    validation: encodeQueries(validation),
    ...(test && { test: encodeQueries(test) }),
  };
}
