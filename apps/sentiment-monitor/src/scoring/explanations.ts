import type { SentimentLabel } from '@attune/contracts';
import { Overloaded } from '@attune/inference';
import { explainByOcclusion, type TokenInfluence } from './explanation';
import type { SentimentModel } from './sentiment-model';

/** Requests that are explained at once: each takes hundreds of texts, which wait behind no bound of their own. */
const MOST_EXPLANATIONS = 4;

/** A text with the label that is to be explained. */
export interface ExplainedInput {
  readonly text: string;
  readonly entity?: string;
  readonly label: SentimentLabel;
}

/** Explains labels, of a few requests at once. */
export class Explanations {
  private explaining = 0;

  constructor(private readonly model: SentimentModel) {}

  /**
   * The tokens that mattered most, for each input in their order.
   *
   * @throws AttuneError `overloaded`
   */
  async of(inputs: readonly ExplainedInput[], signal: AbortSignal): Promise<TokenInfluence[][]> {
    if (this.explaining >= MOST_EXPLANATIONS) throw new Overloaded(1);
    this.explaining += 1;
    try {
      return await Promise.all(inputs.map(({ label, ...input }) => explainByOcclusion(this.model, input, label, signal)));
    } finally {
      this.explaining -= 1;
    }
  }
}
