import type { nearestRowsSchema, SentimentLabel, tokenInfluenceSchema } from '@attune/contracts';
import { FewAtOnce, wordInfluences, type NearestRows } from '@attune/inference';
import type { z } from 'zod';
import type { SentimentModel } from './sentiment-model';

/** Requests that are explained at once. */
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
  readonly explanation: z.infer<typeof tokenInfluenceSchema>[];
  /** Rows that the head learnt from, near the text. */
  readonly trainingRows: z.infer<typeof nearestRowsSchema>;
}

/** Explains labels, of a few requests at once. */
export class Explanations {
  private readonly explaining = new FewAtOnce(MOST_EXPLANATIONS);

  constructor(private readonly model: SentimentModel) {}

  /**
   * The tokens that mattered most and the nearest training rows, for each input in their order.
   *
   * @throws AttuneError `overloaded`
   */
  of(inputs: readonly ExplainedInput[], signal: AbortSignal): Promise<Explanation[]> {
    return this.explaining.run(async () => {
      const texts = inputs.map(({ text, entity }) => (entity === undefined ? { text } : { text, pair: entity }));
      const [influences, nearest] = await Promise.all([
        Promise.all(inputs.map((input) => this.influencesOf(input, signal))),
        this.model.nearestRows(texts, signal),
      ]);
      return influences.map((explanation, place) => ({ explanation, trainingRows: inWords(nearest[place]) }));
    });
  }

  private influencesOf({ text, entity, label }: ExplainedInput, signal: AbortSignal): Promise<Explanation['explanation']> {
    const pair = entity === undefined ? {} : { pair: entity };
    return wordInfluences(text, async (variants) => {
      const { results } = await this.model.score(
        variants.map((variant) => ({ text: variant, ...pair })),
        { signal, bulk: true },
      );
      return results.map(({ sentiment }) => sentiment.probabilities[label]);
    });
  }
}

/** The second text of a pair is an entity here. */
function inWords({ kept, nearest }: NearestRows): Explanation['trainingRows'] {
  return { kept, nearest: nearest.map(({ pair, ...row }) => ({ ...row, ...(pair === undefined || pair === '' ? {} : { entity: pair }) })) };
}
