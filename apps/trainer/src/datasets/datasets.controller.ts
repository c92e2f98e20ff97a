import {
  datasetSchema,
  datasetsQuerySchema,
  datasetUploadQuerySchema,
  idPathSchema,
  pageSchema,
  type Dataset,
  type DatasetFormat,
  type IdPath,
} from '@attune/contracts';
import { ApiRoute, CurrentIdentity, type Page, ZodPath, ZodQuery, type Identity } from '@attune/service-kit';
import { Controller, Delete, Get, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { DatasetRepository } from './dataset-repository';
import { DatasetService } from './dataset-service';

/** Formats by the media types of their bodies. */
const FORMATS: Readonly<Record<string, DatasetFormat>> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
};
export const DATASET_MEDIA_TYPES = Object.keys(FORMATS);

const JSON_LINES = { description: 'A row a line, JSON objects', example: '{"text":"where is my parcel","label":"delivery"}\n' };

/** Files of labelled rows. */
@Controller('/v1/datasets')
export class DatasetsController {
  constructor(
    private readonly datasets: DatasetService,
    private readonly repository: DatasetRepository,
  ) {}

  @Post()
  @ApiRoute({
    summary: 'Upload labelled rows',
    description:
      'The file is read to its end: one of whose rows cannot be read is refused, with the number of the row. Which column is the text and which the label is said by the training.',
    scope: 'write',
    responses: { 201: { description: 'The data set', schema: datasetSchema } },
    problems: ['malformed-body', 'too-large', 'disk-full'],
    parameters: { name: 'messages of March' },
    streams: {
      'text/csv': { description: 'A row a line, with a header', example: 'text,label\nwhere is my parcel,delivery\npay me back,refund\n' },
      'text/tab-separated-values': { description: 'The same, parted by tabs', example: 'text\tlabel\nwhere is my parcel\tdelivery\n' },
      'application/x-ndjson': JSON_LINES,
      'application/jsonl': JSON_LINES,
    },
  })
  uploadDataset(
    @ZodQuery(datasetUploadQuerySchema) { name }: z.infer<typeof datasetUploadQuerySchema>,
    @Req() request: FastifyRequest,
    @CurrentIdentity() identity: Identity | undefined,
  ): Promise<Dataset> {
    const mediaType = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    return this.datasets.receive({ name, format: FORMATS[mediaType] ?? 'csv', createdBy: nameOf(identity), body: request.body });
  }

  @Get()
  @ApiRoute({
    summary: 'List data sets, the newest first',
    scope: 'read',
    responses: { 200: { description: 'A page of data sets', schema: pageSchema(datasetSchema) } },
  })
  listDatasets(@ZodQuery(datasetsQuerySchema) query: z.infer<typeof datasetsQuerySchema>): Promise<Page<Dataset>> {
    return this.repository.list(query);
  }

  @Get(':id')
  @ApiRoute({
    summary: 'One data set',
    scope: 'read',
    responses: { 200: { description: 'The data set', schema: datasetSchema } },
    problems: ['not-found'],
  })
  getDataset(@ZodPath(idPathSchema) { id }: IdPath): Promise<Dataset> {
    return this.repository.get(id);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiRoute({
    summary: 'Delete a data set that no training waits for',
    scope: 'write',
    responses: { 204: { description: 'Deleted' } },
    problems: ['not-found', 'conflict'],
  })
  async deleteDataset(@ZodPath(idPathSchema) { id }: IdPath, @CurrentIdentity() identity: Identity | undefined): Promise<void> {
    await this.datasets.delete(id, nameOf(identity));
  }
}

function nameOf(identity: Identity | undefined): string {
  return identity?.name ?? 'anonymous';
}
