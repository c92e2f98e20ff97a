import type { understandingRequestSchema, understandingResponseSchema } from '@attune/contracts';
import type { Understanding } from '@attune/dialogue';
import { FewAtOnce, wordInfluences } from '@attune/inference';
import type { z } from 'zod';
import type { DialogueModel, UsedModel } from '../model/dialogue-model';

/** Requests that are explained at once. */
const MOST_EXPLANATIONS = 4;
/** Labels shown of a text. */
const SHOWN = 5;

type Answer = z.infer<typeof understandingResponseSchema>;
type Explanation = Required<Pick<Answer['results'][number], 'explanation' | 'trainingRows'>>;

/** What the head that serves says of texts, and why. */
export class UnderstandingService {
  private readonly explaining = new FewAtOnce(MOST_EXPLANATIONS);

  constructor(private readonly model: DialogueModel) {}

  /** @throws AttuneError `overloaded` */
  of({ texts, explain }: z.output<typeof understandingRequestSchema>, signal: AbortSignal): Promise<Answer> {
    return this.model.using(async (model) => {
      const understood = (await model.understand(texts, { signal })).map(({ understanding }) => understanding);
      const explained = explain ? await this.explaining.run(() => explanations(model, texts, understood, signal)) : undefined;
      return {
        modelVersion: model.version,
        results: understood.map((understanding, place) => ({ ...toResult(understanding), ...explained?.[place] })),
      };
    });
  }
}

function toResult({ intent, probability, probabilities, outOfScope, anger }: Understanding): Answer['results'][number] {
  const likeliest = Object.entries(probabilities)
    .map(([label, own]) => ({ intent: label, probability: own }))
    .sort((one, other) => other.probability - one.probability)
    .slice(0, SHOWN);
  return { intent, probability, likeliest, outOfScope, ...(anger !== undefined && { anger }) };
}

async function explanations(
  model: UsedModel,
  texts: readonly string[],
  understood: readonly Understanding[],
  signal: AbortSignal,
): Promise<Explanation[]> {
  const [influences, trainingRows] = await Promise.all([
    Promise.all(
      texts.map((text, place) =>
        wordInfluences(text, async (variants) => {
          const said = await model.understand(variants, { signal, bulk: true });
          return said.map(({ understanding }) => understanding.probabilities[understood[place].intent]);
        }),
      ),
    ),
    model.nearestRows(texts, signal),
  ]);
  return influences.map((explanation, place) => {
    const { kept, nearest } = trainingRows[place];
    return { explanation, trainingRows: { kept, nearest: nearest.map(({ text, label, cosine }) => ({ text, label, cosine })) } };
  });
}
