import {
  headPathSchema,
  trainingJobSchema,
  updateRequestSchema,
  updateSettingsSchema,
  type HeadPath,
  type TrainingJob,
  type UpdateRequest,
  type UpdateSettings,
} from '@attune/contracts';
import { ApiRoute, CurrentIdentity, ZodBody, ZodPath, type Identity } from '@attune/service-kit';
import { Controller, Get, Post, Put } from '@nestjs/common';
import { UpdateService } from './update-service';

const HEAD = { name: 'customer-service' };

/** Updates of what serves with corrections that were approved. */
@Controller('/v1/heads/:name')
export class UpdatesController {
  constructor(private readonly updates: UpdateService) {}

  @Post('update')
  @ApiRoute({
    summary: 'Go on from what serves with what was approved',
    description:
      'The outcome is judged beside what serves, on the golden rows and on approved ones that were kept aside: it is stored, and promoted, only where it is not worse, no label is, and it is as fast.',
    scope: 'admin',
    responses: { 202: { description: 'The job, which waits or begins', schema: trainingJobSchema } },
    problems: ['not-found', 'conflict', 'unprocessable'],
    parameters: HEAD,
    examples: { waitingForAPerson: { promote: 'ask', limits: { tolerance: 0.01 } } },
  })
  createUpdate(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodBody(updateRequestSchema) request: UpdateRequest,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<TrainingJob> {
    return this.updates.create(name, request, identity?.name ?? 'anonymous');
  }

  @Get('update-settings')
  @ApiRoute({
    summary: 'What a head is updated with',
    scope: 'read',
    responses: { 200: { description: 'The settings, with the defaults of the service', schema: updateSettingsSchema } },
    problems: ['not-found'],
    parameters: HEAD,
  })
  getUpdateSettings(@ZodPath(headPathSchema) { name }: HeadPath): Promise<UpdateSettings> {
    return this.updates.settings(name);
  }

  @Put('update-settings')
  @ApiRoute({
    summary: 'Say what a head is updated with, on request and by the schedule',
    scope: 'admin',
    responses: { 200: { description: 'The settings, with the defaults of the service', schema: updateSettingsSchema } },
    problems: ['not-found', 'unprocessable'],
    parameters: HEAD,
    examples: { nightly: { promote: 'pass', leastNewRows: 50 } },
  })
  putUpdateSettings(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodBody(updateSettingsSchema) settings: UpdateSettings,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<UpdateSettings> {
    return this.updates.changeSettings(name, settings, identity?.name ?? 'anonymous');
  }
}
