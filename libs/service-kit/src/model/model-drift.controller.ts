import { modelDriftSchema, type ModelDrift } from '@attune/contracts';
import { ApiRoute } from '@attune/http-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { ServedModels } from './served-models';

/** Whether what a service's models are asked still is what they learnt. */
@Controller('/v1/models')
export class ModelDriftController {
  constructor(private readonly models: ServedModels) {}

  @Get('drift')
  @ApiRoute({
    summary: 'How far texts and answers of late are from those that the models were validated on',
    description: 'Of sums alone, and of this instance: no text is kept. The noise of samples is subtracted, so that 0 is none.',
    scope: 'read',
    responses: { 200: { description: 'A figure a model', schema: z.object({ items: z.array(modelDriftSchema) }) } },
  })
  listDrift(): { items: ModelDrift[] } {
    return { items: this.models.drifts() };
  }
}
