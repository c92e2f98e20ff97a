import type { understandingRequestSchema, understandingResponseSchema } from '@attune/contracts';
import type { Understanding } from '@attune/dialogue';
import { Explainer } from '@attune/inference';
import type { z } from 'zod';
import type { DialogueModel, UsedModel } from '../model/dialogue-model';

/** Labels shown of a text. */
const SHOWN = 5;

type Answer = z.infer<typeof understandingResponseSchema>;
type Explanation = Required<Pick<Answer['results'][number], 'explanation' | 'trainingRows'>>;

/** What the head that serves says of texts, and why. */
export class UnderstandingService {
  private readonly explainer = new Explainer();

  constructor(private readonly model: DialogueModel) {}

  /** @throws AttuneError `overloaded` */
  of({ texts, explain }: z.output<typeof understandingRequestSchema>, signal: AbortSignal): Promise<Answer> {
    return this.model.using(async (model) => {
      const understood = (await model.understand(texts, { signal })).map(({ understanding }) => understanding);
      const explained = explain ? await this.explain(model, texts, understood, signal) : undefined;
      return {
        modelVersion: model.version,
        results: understood.map((understanding, place) => ({ ...toResult(understanding), ...explained?.[place] })),
      };
    });
  }

  private async explain(
    model: UsedModel,
    texts: readonly string[],
    understood: readonly Understanding[],
    signal: AbortSignal,
  ): Promise<Explanation[]> {
    const inputs = texts.map((text, place) => ({ text, intent: understood[place].intent }));
    const explained = await this.explainer.explain(inputs, {
      probabilitiesOf: async ({ intent }, variants) => {
        const said = await model.understand(variants, { signal, bulk: true });
        return said.map(({ understanding }) => understanding.probabilities[intent]);
      },
      nearestRows: () => model.nearestRows(texts, signal),
    });
    return explained.map(({ explanation, trainingRows: { kept, nearest } }) => ({
      explanation,
      trainingRows: { kept, nearest: nearest.map(({ text, label, cosine }) => ({ text, label, cosine })) },
    }));
  }
}

function toResult({ intent, probability, probabilities, outOfScope, anger }: Understanding): Answer['results'][number] {
  const likeliest = Object.entries(probabilities)
    .map(([label, own]) => ({ intent: label, probability: own }))
    .sort((one, other) => other.probability - one.probability)
    .slice(0, SHOWN);
  return { intent, probability, likeliest, outOfScope, ...(anger !== undefined && { anger }) };
}
