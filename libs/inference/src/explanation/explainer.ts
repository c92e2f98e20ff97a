import { FewAtOnce } from './few-at-once';
import type { NearestRows } from './nearest-rows';
import { wordInfluences, type WordInfluence } from './word-influences';

/** Requests that are explained at once. */
const MOST_REQUESTS = 4;

/** Why a text got its label. */
export interface Explanation {
  /** The words that mattered most. */
  readonly explanation: WordInfluence[];
  /** Rows that the head learnt from, near the text. */
  readonly trainingRows: NearestRows;
}

/** What an explanation asks of the head. */
export interface ExplainedHead<Input> {
  /** The probability of an input's label given each text in place of its own, in their order. */
  probabilitiesOf(input: Input, texts: readonly string[]): Promise<readonly number[]>;
  nearestRows(inputs: readonly Input[]): Promise<NearestRows[]>;
}

/** Explains labels, of a few requests at once. */
export class Explainer {
  private readonly explaining = new FewAtOnce(MOST_REQUESTS);

  /**
   * Why each input got its label, in their order.
   *
   * @throws Overloaded
   */
  explain<Input extends { readonly text: string }>(inputs: readonly Input[], head: ExplainedHead<Input>): Promise<Explanation[]> {
    return this.explaining.run(async () => {
      const [influences, nearest] = await Promise.all([
        Promise.all(inputs.map((input) => wordInfluences(input.text, (texts) => head.probabilitiesOf(input, texts)))),
        head.nearestRows(inputs),
      ]);
      return influences.map((explanation, place) => ({ explanation, trainingRows: nearest[place] }));
    });
  }
}
