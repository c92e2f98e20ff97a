export { exportEmbeddingModel, type EmbeddingExportOptions } from './export-embedding-model';
export { exportFormat, type ExportFormat } from './export-format';
export { exportHead } from './export-head';
export { exportRankingHead, type RankingExport } from './export-ranking-head';
export { exportTrainedEmbedder } from './export-trained-embedder';
export type {
  Agreement,
  EncoderSource,
  ExportOptions,
  ExportReport,
  HeldOut,
  HeldOutPairs,
  Int8Agreement,
  TrainedAdapter,
  TrainedEncoder,
  TrainedHead,
} from './trained-head';
