export { encoderFixture, type EncoderFixture, type EncoderFixtureCase, type EncoderFixtureName } from './encoder-fixture';
export { acquireComponent, describeWithReal, type MissingPart, type RealComponent, type StartedComponent } from './real-component';
export { realPostgres, startPostgres, type RunningPostgres } from './real-postgres';
export { realKafka, startKafka, type RunningKafka } from './real-kafka';
export { writeSafetensorsFile, type FileTensor } from './safetensors-file';
export { writeTinyDataset, type TinyDatasetOptions, type TinyDatasetRow } from './tiny-dataset';
export { createTinyEncoder, type TinyEncoder, type TinyEncoderFamily, type TinyEncoderOptions } from './tiny-encoder';
export { readTinyConfig, writeTinyModelFiles, type TinyModelParts } from './tiny-model';
export { trainingFixture, type TrainingFixture } from './training-fixture';
