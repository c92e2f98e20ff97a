import type { EncodedExample } from '../data/example';
import type { EncodedMatching } from '../data/matching-pairs';
import type { Random } from '../random';

/** Texts of known labels that an encoder is tuned on: labelled rows, then the texts that describe the labels. */
export interface LabelledTexts {
  /** Their targets are the numbers of their labels. */
  texts: EncodedExample[];
  /** How many of them are labelled rows. */
  rows: number;
  /** What each row is called in a message: its number in its file. */
  rowNumbers: readonly number[];
}

/**
 * One round of pairs (Tunstall et al. 2022): each row is a query, its answer another text of its label, drawn anew; the other texts of
 * the label are right, too, and all the rest are wrong. A text that is alone with its label is its own answer, which dropout makes
 * another (Gao et al. 2021).
 */
export function pairsOfRound({ texts, rows, rowNumbers }: LabelledTexts, random: Random): EncodedMatching {
  const ofLabel = textsByLabel(texts);
  const right = texts.map(({ target }) => ofLabel.get(Number(target)) ?? []);
  const queries = texts.slice(0, rows).map((text, index) => ({ ...text, index, target: partner(index, right[index], random) }));
  return {
    candidates: texts.map((text, index) => ({ ...text, index, target: index })),
    trainCandidates: texts.length,
    train: { queries, right: right.slice(0, rows), rows: [...rowNumbers] },
    validation: { queries: [], right: [], rows: [] },
  };
}

function textsByLabel(texts: readonly EncodedExample[]): Map<number, number[]> {
  const ofLabel = new Map<number, number[]>();
  texts.forEach(({ target }, index) => {
    const label = Number(target);
    const own = ofLabel.get(label);
    if (own === undefined) ofLabel.set(label, [index]);
    else own.push(index);
  });
  return ofLabel;
}

function partner(own: number, ofLabel: readonly number[], random: Random): number {
  const others = ofLabel.filter((index) => index !== own);
  return others.length === 0 ? own : others[random.integer(others.length)];
}
