import {
  itemSearchQuerySchema,
  recommendationRequestSchema,
  recommendationsSchema,
  scoreRequestSchema,
  scoresSchema,
  similarItemsSchema,
  similarQuerySchema,
  type RecommendationRequest,
  type Recommendations,
  type ScoreRequest,
  type Scores,
  type SimilarItems,
} from '@attune/contracts';
import { ApiRoute, ClientSignal, ZodBody, ZodPath, ZodQuery } from '@attune/service-kit';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import type { z } from 'zod';
import { itemPathSchema, type ItemPath } from '../items/items.controller';
import { RecommendationService } from './recommendation-service';
import { ScoreService } from './score-service';

/** Lists and scores for people. */
@Controller('/v1')
export class RecommendationsController {
  constructor(
    private readonly recommendations: RecommendationService,
    private readonly scores: ScoreService,
  ) {}

  @Post('recommendations')
  @HttpCode(200)
  @ApiRoute({
    summary: 'A list for a person, or for a session',
    description:
      'What it stands on falls back step by step, and the answer says to which: personal, session, popular in the category, popular, recent. The list is written down as an impression.',
    scope: 'read',
    responses: { 200: { description: 'The list', schema: recommendationsSchema } },
    examples: {
      plain: { user: 'reader-12', limit: 5 },
      ruled: {
        user: 'reader-12',
        limit: 10,
        filter: { categories: ['home', 'garden'], attributes: { minutes: { to: 10 } }, exclude: ['window-repair'] },
        diversity: 0.3,
        quotas: [{ category: 'garden', atLeast: 2 }],
        explore: 0.1,
        seed: 7,
        placement: 'front-page',
        explain: true,
      },
    },
  })
  recommend(@ZodBody(recommendationRequestSchema) request: RecommendationRequest): Promise<Recommendations> {
    return this.recommendations.recommend(request);
  }

  @Post('score')
  @HttpCode(200)
  @ApiRoute({
    summary: 'Calibrated scores of items, or of texts, for a person',
    scope: 'read',
    responses: { 200: { description: 'Scores in the order asked for', schema: scoresSchema } },
    problems: ['overloaded'],
    examples: { mixed: { user: 'reader-12', items: [{ id: 'window-repair' }, { text: 'Sharpening a plane iron by hand' }] } },
  })
  scoreItems(@ZodBody(scoreRequestSchema) request: ScoreRequest, @ClientSignal() signal: AbortSignal): Promise<Scores> {
    return this.scores.score(request, signal);
  }

  @Get('items/search')
  @ApiRoute({
    summary: 'Items whose texts mean what a text means',
    scope: 'read',
    responses: { 200: { description: 'The nearest first', schema: similarItemsSchema } },
    problems: ['overloaded'],
    parameters: { text: 'a draught in the bedroom' },
  })
  searchItems(
    @ZodQuery(itemSearchQuerySchema) { text, limit }: z.infer<typeof itemSearchQuerySchema>,
    @ClientSignal() signal: AbortSignal,
  ): Promise<SimilarItems> {
    return this.scores.search(text, limit, signal);
  }

  @Get('items/:id/similar')
  @ApiRoute({
    summary: 'Items most like one, by who took them and by their texts',
    scope: 'read',
    responses: { 200: { description: 'The most alike first', schema: similarItemsSchema } },
    problems: ['not-found'],
    parameters: { id: 'window-repair' },
  })
  similarItems(
    @ZodPath(itemPathSchema) { id }: ItemPath,
    @ZodQuery(similarQuerySchema) { limit }: z.infer<typeof similarQuerySchema>,
  ): Promise<SimilarItems> {
    return this.scores.similar(id, limit);
  }
}
