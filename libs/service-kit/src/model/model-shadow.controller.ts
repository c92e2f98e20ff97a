import { modelShadowSchema, type ModelShadow } from '@attune/contracts';
import { ApiRoute } from '@attune/http-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { ServedModels } from './served-models';

/** What versions in shadow say beside those that serve. */
@Controller('/v1/models')
export class ModelShadowController {
  constructor(private readonly models: ServedModels) {}

  @Get('shadow')
  @ApiRoute({
    summary: 'What versions in shadow say beside those that serve',
    description: 'Of sums alone, and of this instance: no text is kept. Nothing where no version is in shadow.',
    scope: 'read',
    responses: { 200: { description: 'A version in shadow a model', schema: z.object({ items: z.array(modelShadowSchema) }) } },
  })
  listShadows(): { items: ModelShadow[] } {
    return { items: this.models.shadows() };
  }
}
