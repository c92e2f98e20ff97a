import { z } from 'zod';
import { instantSchema } from '../cloud-event';
import { wordedText } from '../text';
import { pageQuerySchema } from './page';

/** How the rows of a data set are written. */
export const datasetFormatSchema = z.enum(['csv', 'tsv', 'jsonl']);
export type DatasetFormat = z.infer<typeof datasetFormatSchema>;

/** Query of `POST /v1/datasets`. */
export const datasetUploadQuerySchema = z.object({
  name: wordedText('must have a letter', 200).describe('For people; several may have the same'),
});

/** Query of `GET /v1/datasets`. */
export const datasetsQuerySchema = pageQuerySchema;

/** A file of labelled rows that models are trained on. */
export const datasetSchema = z.object({
  id: z.string(),
  name: z.string(),
  format: datasetFormatSchema,
  bytes: z.number().int().nonnegative(),
  sha256: z.string(),
  rows: z.number().int().positive(),
  columns: z.array(z.string()).describe('In the order of the header; of JSON Lines the keys of its rows'),
  sample: z.array(z.record(z.string(), z.string())).describe('The first rows, long cells cut off'),
  createdAt: instantSchema,
  createdBy: z.string().describe('Name of the key it was uploaded with'),
});
export type Dataset = z.infer<typeof datasetSchema>;
