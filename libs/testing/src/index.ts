export { ADAPTER_FIXTURES, adapterFixture, type AdapterFixtureName } from './adapter-fixture';
export { compiledProgram } from './compiled-workspace';
export { writeConceptModel, type ConceptModelOptions } from './concept-model';
export { CONCEPTS } from './concepts';
export { describeModelStore, writeModelDirectory, type ModelStorePlace } from './describe-model-store';
export {
  encoderFixture,
  type EncoderFixture,
  type EncoderFixtureCase,
  type EncoderFixtureName,
  type MaskedLmFixtureName,
} from './encoder-fixture';
export { writeHandSetHead, type HandSetHead, type HandSetLabel, type HandSetTask } from './hand-set-head';
export { writeHandSetRanking, type HandSetRankingOptions } from './hand-set-ranking';
export {
  acquireComponent,
  describeUnlessMissing,
  describeWithReal,
  type MissingPart,
  type RealComponent,
  type StartedComponent,
} from './real-component';
export { realPostgres, startPostgres, type RunningPostgres } from './real-postgres';
export { createBucket, eraseObject, realS3, startS3, type RunningS3, type S3Address } from './real-s3';
export { keepTrainingRows } from './keep-training-rows';
export { realKafka, startKafka, type RunningKafka } from './real-kafka';
export { isRunning } from './test-run';
export { sharedFolder } from './shared-folder';
export { quietDocuments, surgeUntil, type SurgeTarget } from './surge';
export { startService, startServiceInVain, until, type RunningService } from './running-service';
export { writeSafetensorsFile, type FileTensor } from './safetensors-file';
export { mountSmallDisk, smallDiskMissing, type SmallDisk } from './small-disk';
export { writeTinyDataset, type TinyDatasetOptions, type TinyDatasetRow } from './tiny-dataset';
export { createTinyEncoder, type TinyEncoder, type TinyEncoderFamily, type TinyEncoderOptions } from './tiny-encoder';
export { readTinyConfig, writeTinyModelFiles, type TinyModelParts } from './tiny-model';
export { TrainerPlace } from './trainer-place';
export { trainingFixture, type TrainingFixture } from './training-fixture';
export { wordPieceFixture, type WordPieceFixture } from './word-piece-fixture';
export { writeWordListModel } from './word-list-model';
export { ApiDocument, type ApiAnswer, type ApiOperation } from './api/api-document';
export { exampleRequests, sendApiRequest, type ApiRequest } from './api/api-request';
export { keyFaults, type KeyedService } from './api/key-faults';
export { fuzzOperation, type FuzzOptions } from './api/fuzz-operation';
export { deploymentsOf, environmentOf, type Container, type PodSpec } from './kubernetes/deployment';
export { describeDeployment, type DeployedConfiguration } from './kubernetes/describe-deployment';
export {
  buildOverlay,
  kustomizeMissing,
  OVERLAY_NAMES,
  overlayText,
  TRAINING_OVERLAY_NAMES,
  type KubernetesObject,
  type OverlayName,
} from './kubernetes/overlay';
