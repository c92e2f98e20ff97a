export { exportEmbeddingModel, type EmbeddingExportOptions } from './export-embedding-model';
export { exportFormat, type ExportFormat } from './export-format';
export { exportHead } from './export-head';
export type {
  Agreement,
  EncoderSource,
  ExportOptions,
  ExportReport,
  HeldOut,
  Int8Agreement,
  TrainedAdapter,
  TrainedHead,
} from './trained-head';
