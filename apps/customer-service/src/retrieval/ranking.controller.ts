import { rankingStatusSchema, type RankingStatus } from '@attune/contracts';
import { DEFAULT_THRESHOLDS } from '@attune/dialogue';
import { ApiRoute } from '@attune/service-kit';
import { Controller, Get, Post } from '@nestjs/common';
import type { EncoderStatistics } from '../database/schema';
import { DialogueModel, type UsedModel } from '../model/dialogue-model';
import { EncoderRegistry } from './encoder-registry';
import { RankingLearner } from './ranking-learner';

/** How answers are chosen. */
@Controller('/v1/knowledge/ranking')
export class RankingController {
  constructor(
    private readonly model: DialogueModel,
    private readonly encoders: EncoderRegistry,
    private readonly learner: RankingLearner,
  ) {}

  @Get()
  @ApiRoute({
    summary: 'How well the knowledge is searched, and from which probability on it answers',
    description: 'Measured by asking each phrasing as if it had not been written yet.',
    scope: 'read',
    responses: { 200: { description: 'Thresholds, and the quality of each way of searching', schema: rankingStatusSchema } },
  })
  getRanking(): Promise<RankingStatus> {
    return this.model.using(async (model) => this.status(model, await this.encoders.refresh(model)));
  }

  @Post()
  @ApiRoute({
    summary: 'Learn it anew from the knowledge as it is now',
    description: 'It also happens by itself, when the knowledge has changed by a fifth and when another version of the model is promoted.',
    scope: 'admin',
    responses: { 200: { description: 'What was learnt', schema: rankingStatusSchema } },
    problems: ['overloaded'],
  })
  learnRanking(): Promise<RankingStatus> {
    return this.model.using(async (model) => this.status(model, await this.encoders.learn(model)));
  }

  private status({ version }: UsedModel, statistics: EncoderStatistics | undefined): RankingStatus {
    const { texts } = this.learner;
    if (statistics === undefined) return { modelVersion: version, texts, thresholds: DEFAULT_THRESHOLDS };
    const { ranking, learntAt } = statistics;
    return {
      modelVersion: version,
      texts,
      learntAt,
      thresholds: ranking.thresholds,
      ...(ranking.report === undefined ? {} : { report: ranking.report }),
    };
  }
}
