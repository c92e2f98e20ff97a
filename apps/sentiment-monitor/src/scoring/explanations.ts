import type { SentimentLabel } from '@attune/contracts';
import { Overloaded } from '@attune/inference';
import { explainByOcclusion, type TokenInfluence } from './explanation';
import type { NearestRows } from './nearest-rows';
import type { SentimentModel } from './sentiment-model';

/** Requests that are explained at once: each takes hundreds of texts, which wait behind no bound of their own. */
const MOST_EXPLANATIONS = 4;

/** A text with the label that is to be explained. */
export interface ExplainedInput {
  readonly text: string;
  readonly entity?: string;
  readonly label: SentimentLabel;
}

/** Why a text got its label. */
export interface Explanation {
  /** The tokens that mattered most. */
  readonly explanation: TokenInfluence[];
  readonly trainingRows: NearestRows;
}

/** Explains labels, of a few requests at once. */
export class Explanations {
  private explaining = 0;

  constructor(private readonly model: SentimentModel) {}

  /**
   * The tokens that mattered most and the nearest training rows, for each input in their order.
   *
   * @throws AttuneError `overloaded`
   */
  async of(inputs: readonly ExplainedInput[], signal: AbortSignal): Promise<Explanation[]> {
    if (this.explaining >= MOST_EXPLANATIONS) throw new Overloaded(1);
    this.explaining += 1;
    try {
      const texts = inputs.map(({ text, entity }) => (entity === undefined ? { text } : { text, pair: entity }));
      const [influences, nearest] = await Promise.all([
        Promise.all(inputs.map(({ label, ...input }) => explainByOcclusion(this.model, input, label, signal))),
        this.model.nearestRows(texts, signal),
      ]);
      return influences.map((explanation, place) => ({ explanation, trainingRows: nearest[place] }));
    } finally {
      this.explaining -= 1;
    }
  }
}
