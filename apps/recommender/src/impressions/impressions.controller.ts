import { AttuneError } from '@attune/artifact';
import { impressionSchema, type ImpressionRecord } from '@attune/contracts';
import { FEATURES } from '@attune/ranking';
import { ApiRoute, ZodPath } from '@attune/service-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { ImpressionRepository } from './impression-repository';

const pathSchema = z.object({ id: z.uuid() });

/** Lists as they were shown. */
@Controller('/v1/impressions')
export class ImpressionsController {
  constructor(private readonly impressions: ImpressionRepository) {}

  @Get(':id')
  @ApiRoute({
    summary: 'A list as it was shown, with what scoring saw of its items at that moment',
    scope: 'read',
    responses: { 200: { description: 'The list', schema: impressionSchema } },
    problems: ['not-found'],
    parameters: { id: '0b0e5f1e-6a51-4c3e-9b0e-5f1e6a514c3e' },
  })
  async getImpression(@ZodPath(pathSchema) { id }: z.infer<typeof pathSchema>): Promise<ImpressionRecord> {
    const found = await this.impressions.find(id);
    if (found === undefined) {
      throw new AttuneError('not-found', `There is no list ${id}.`, { remedy: 'Ask with the impressionId of a list that was made.' });
    }
    const { userId, session, at, placement, shown, ...rest } = found;
    return {
      ...rest,
      at: at.toISOString(),
      session: [...session],
      ...(userId === undefined ? {} : { user: userId }),
      ...(placement === undefined ? {} : { placement }),
      items: shown.map(({ item, features, ...scored }) => ({
        id: item,
        ...scored,
        features: Object.fromEntries(FEATURES.map((name, place) => [name, features[place]])),
      })),
    };
  }
}
