export { createBucket, eraseObject, startS3, type RunningS3, type S3Address, type StartS3Options } from './start-s3';
export { ensureVersitygw, VERSITYGW_VERSION, versitygwProgram } from './versitygw-program';
