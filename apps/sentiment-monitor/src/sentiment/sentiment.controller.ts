import { sentimentRequestSchema, sentimentResponseSchema } from '@attune/contracts';
import { ApiRoute, ClientSignal, ZodBody } from '@attune/service-kit';
import { Controller, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Explanations } from '../scoring/explanations';
import { SentimentModel } from '../scoring/sentiment-model';

/** Scores texts at once; nothing is kept. */
@Controller('/v1/sentiment')
export class SentimentController {
  constructor(
    private readonly model: SentimentModel,
    private readonly explanations: Explanations,
  ) {}

  @Post()
  @ApiRoute({
    summary: 'Score texts now',
    scope: 'read',
    responses: { 200: { description: 'A result a text, in their order', schema: sentimentResponseSchema } },
    problems: ['overloaded'],
    examples: {
      entity: {
        texts: [
          { text: 'Halden loses its largest customer to Brightmoor.', entity: 'Halden Freight' },
          { text: 'Profit fell, but less than feared.' },
        ],
      },
    },
  })
  async scoreTexts(
    @ZodBody(sentimentRequestSchema) { texts, explain }: z.output<typeof sentimentRequestSchema>,
    @ClientSignal() signal: AbortSignal,
  ): Promise<z.infer<typeof sentimentResponseSchema>> {
    const inputs = texts.map(({ text, entity }) => (entity === undefined ? { text } : { text, pair: entity }));
    const { modelVersion, results } = await this.model.score(inputs, { signal, bulk: false });
    const explained = explain
      ? await this.explanations.of(
          texts.map((text, place) => ({ ...text, label: results[place].sentiment.label })),
          signal,
        )
      : undefined;
    return {
      modelVersion,
      results: results.map(({ sentiment, topics }, place) => ({
        ...sentiment,
        topics: [...topics],
        ...explained?.[place],
      })),
    };
  }
}
