import type { nearestRowsSchema, SentimentLabel } from '@attune/contracts';
import { Explainer, type Explanation, type NearestRows } from '@attune/inference';
import type { z } from 'zod';
import type { SentimentModel } from './sentiment-model';

/** A text with the label that is to be explained. */
export interface ExplainedInput {
  readonly text: string;
  readonly entity?: string;
  readonly label: SentimentLabel;
}

/** Why a text got its label, in the words of the API. */
export interface SentimentExplanation extends Pick<Explanation, 'explanation'> {
  readonly trainingRows: z.infer<typeof nearestRowsSchema>;
}

/** Explains labels, of a few requests at once. */
export class Explanations {
  private readonly explainer = new Explainer();

  constructor(private readonly model: SentimentModel) {}

  /**
   * The tokens that mattered most and the nearest training rows, for each input in their order.
   *
   * @throws AttuneError `overloaded`
   */
  async of(inputs: readonly ExplainedInput[], signal: AbortSignal): Promise<SentimentExplanation[]> {
    const explained = await this.explainer.explain(inputs, {
      probabilitiesOf: async ({ label, ...input }, texts) => {
        const { results } = await this.model.score(
          texts.map((text) => asPair({ ...input, text })),
          { signal, bulk: true },
        );
        return results.map(({ sentiment }) => sentiment.probabilities[label]);
      },
      nearestRows: (all) => this.model.nearestRows(all.map(asPair), signal),
    });
    return explained.map(({ explanation, trainingRows }) => ({ explanation, trainingRows: inWords(trainingRows) }));
  }
}

function asPair({ text, entity }: Omit<ExplainedInput, 'label'>): { text: string; pair?: string } {
  return entity === undefined ? { text } : { text, pair: entity };
}

/** The second text of a pair is an entity here. */
function inWords({ kept, nearest }: NearestRows): SentimentExplanation['trainingRows'] {
  return { kept, nearest: nearest.map(({ pair, ...row }) => ({ ...row, ...(pair === undefined || pair === '' ? {} : { entity: pair }) })) };
}
