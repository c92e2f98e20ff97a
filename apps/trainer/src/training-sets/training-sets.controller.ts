import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  headPathSchema,
  pageSchema,
  trainingSetPathSchema,
  trainingSetRowsQuerySchema,
  trainingSetSchema,
  trainingSetsQuerySchema,
  type HeadPath,
  type TrainingSet,
  type TrainingSetPath,
} from '@attune/contracts';
import { ApiRoute, beginRawAnswer, CurrentIdentity, type Page, ZodPath, ZodQuery, type Identity } from '@attune/service-kit';
import { Controller, Get, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { learningColumns } from '../feedback/feedback-service';
import { HeadTemplates } from '../heads/head-templates';
import { TrainingSetFiles } from './training-set-files';
import { TrainingSetRepository } from './training-set-repository';

const HEAD = { name: 'customer-service' };
const SET = { ...HEAD, number: 1 };

/** What heads learn from corrections: versions of their training sets. */
@Controller('/v1/heads/:name/training-sets')
export class TrainingSetsController {
  constructor(
    private readonly sets: TrainingSetRepository,
    private readonly files: TrainingSetFiles,
    private readonly heads: HeadTemplates,
  ) {}

  @Post()
  @ApiRoute({
    summary: 'The training set of what is approved now',
    description: 'A new version where something was approved, taken back or deleted since the last one. An update makes it by itself.',
    scope: 'write',
    responses: { 200: { description: 'The training set', schema: trainingSetSchema } },
    problems: ['not-found', 'conflict', 'unprocessable'],
    parameters: HEAD,
  })
  makeTrainingSet(@ZodPath(headPathSchema) { name }: HeadPath, @CurrentIdentity() identity: Identity | undefined): Promise<TrainingSet> {
    return this.sets.ofNow(name, learningColumns(this.heads, name), identity?.name ?? 'anonymous');
  }

  @Get()
  @ApiRoute({
    summary: 'Training sets, the newest first',
    scope: 'read',
    responses: { 200: { description: 'A page of training sets', schema: pageSchema(trainingSetSchema) } },
    problems: ['not-found'],
    parameters: HEAD,
  })
  async listTrainingSets(
    @ZodPath(headPathSchema) { name }: HeadPath,
    @ZodQuery(trainingSetsQuerySchema) query: z.infer<typeof trainingSetsQuerySchema>,
  ): Promise<Page<TrainingSet>> {
    this.heads.get(name);
    return this.sets.list(name, query);
  }

  @Get(':number')
  @ApiRoute({
    summary: 'One training set: how many rows of which label, who made it, when, and from which',
    scope: 'read',
    responses: { 200: { description: 'The training set', schema: trainingSetSchema } },
    problems: ['not-found'],
    parameters: SET,
  })
  getTrainingSet(@ZodPath(trainingSetPathSchema) { name, number }: TrainingSetPath): Promise<TrainingSet> {
    return this.sets.get(name, number);
  }

  @Get(':number/rows')
  @ApiRoute({
    summary: 'The rows of a training set, as `attune train` and `attune update` take them',
    scope: 'read',
    responses: { 200: { description: 'A row a line', schema: z.record(z.string(), z.unknown()), contentType: 'application/x-ndjson' } },
    problems: ['not-found'],
    parameters: SET,
  })
  async getTrainingSetRows(
    @ZodPath(trainingSetPathSchema) { name, number }: TrainingSetPath,
    @ZodQuery(trainingSetRowsQuerySchema) { part }: z.infer<typeof trainingSetRowsQuerySchema>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.sets.get(name, number);
    const raw = beginRawAnswer(reply, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    // The answer has begun: that it is not whole shows in the connection.
    await pipeline(createReadStream(this.files.path({ head: name, number, part })), raw).catch(() => raw.destroy());
  }
}
