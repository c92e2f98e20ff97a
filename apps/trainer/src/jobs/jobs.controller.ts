import {
  idPathSchema,
  pageSchema,
  trainingJobInputSchema,
  trainingJobSchema,
  trainingJobsQuerySchema,
  type IdPath,
  type TrainingJob,
  type TrainingJobInput,
} from '@attune/contracts';
import { ApiRoute, CurrentIdentity, type Page, ZodBody, ZodPath, ZodQuery, type Identity } from '@attune/service-kit';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import type { z } from 'zod';
import { JobRepository } from './job-repository';
import { JobService } from './job-service';

const EXAMPLE = {
  head: 'customer-service',
  dataset: '5f9d0f3e-52a1-4c0b-9c1e-7f1f1d1a2b3c',
  columns: { text: 'message', label: 'intent' },
  epochs: 3,
  seed: 42,
};

/** Trainings. */
@Controller('/v1/jobs')
export class JobsController {
  constructor(
    private readonly jobs: JobService,
    private readonly repository: JobRepository,
  ) {}

  @Post()
  @ApiRoute({
    summary: 'Train a new version of a head',
    description:
      'Trainings wait in a queue, which a restart does not lose; what comes of one is a version in the model store that does not serve until it is promoted.',
    scope: 'write',
    responses: { 202: { description: 'The job, which waits or begins', schema: trainingJobSchema } },
    problems: ['conflict'],
    examples: { intents: EXAMPLE },
  })
  createJob(
    @ZodBody(trainingJobInputSchema) input: TrainingJobInput,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<TrainingJob> {
    return this.jobs.create(input, identity?.name ?? 'anonymous');
  }

  @Get()
  @ApiRoute({
    summary: 'List trainings, the newest first',
    scope: 'read',
    responses: { 200: { description: 'A page of jobs', schema: pageSchema(trainingJobSchema) } },
  })
  listJobs(@ZodQuery(trainingJobsQuerySchema) query: z.infer<typeof trainingJobsQuerySchema>): Promise<Page<TrainingJob>> {
    return this.repository.list(query);
  }

  @Get(':id')
  @ApiRoute({
    summary: 'One training',
    scope: 'read',
    responses: { 200: { description: 'The job', schema: trainingJobSchema } },
    problems: ['not-found'],
  })
  async getJob(@ZodPath(idPathSchema) { id }: IdPath): Promise<TrainingJob> {
    return (await this.repository.get(id)).job;
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @ApiRoute({
    summary: 'End a training',
    description: 'One that waits has ended with the answer; one that runs ends after its step, and is killed where it does not.',
    scope: 'write',
    responses: { 202: { description: 'The job as it now is', schema: trainingJobSchema } },
    problems: ['not-found', 'conflict'],
  })
  cancelJob(@ZodPath(idPathSchema) { id }: IdPath, @CurrentIdentity() identity: Identity | undefined): Promise<TrainingJob> {
    return this.jobs.cancel(id, identity?.name ?? 'anonymous');
  }
}
