export { encoderFixture, type EncoderFixture, type EncoderFixtureCase, type EncoderFixtureName } from './encoder-fixture';
export { writeHandSetHead, type HandSetHead, type HandSetLabel, type HandSetTask } from './hand-set-head';
export {
  acquireComponent,
  describeUnlessMissing,
  describeWithReal,
  type MissingPart,
  type RealComponent,
  type StartedComponent,
} from './real-component';
export { realPostgres, startPostgres, type RunningPostgres } from './real-postgres';
export { realKafka, startKafka, type RunningKafka } from './real-kafka';
export { startService, startServiceInVain, until, type RunningService } from './running-service';
export { writeSafetensorsFile, type FileTensor } from './safetensors-file';
export { mountSmallDisk, smallDiskMissing, type SmallDisk } from './small-disk';
export { writeTinyDataset, type TinyDatasetOptions, type TinyDatasetRow } from './tiny-dataset';
export { createTinyEncoder, type TinyEncoder, type TinyEncoderFamily, type TinyEncoderOptions } from './tiny-encoder';
export { readTinyConfig, writeTinyModelFiles, type TinyModelParts } from './tiny-model';
export { trainingFixture, type TrainingFixture } from './training-fixture';
export { writeWordListModel } from './word-list-model';
export { ApiDocument, type ApiAnswer, type ApiOperation } from './api/api-document';
export { exampleRequests, sendApiRequest, type ApiRequest } from './api/api-request';
export { fuzzOperation, type FuzzOptions } from './api/fuzz-operation';
