export { CLOUD_EVENT_CONTENT_TYPE, cloudEventMessage } from './cloud-event-message';
export { DependencyUnavailableError, InvalidMessageError, MissingTopicError, RetriableError } from './errors';
export type { KafkaStreamOptions } from './kafka/kafka-options';
export { openKafkaStream } from './kafka/kafka-stream';
export { openMemoryStream, type MemoryEventStream, type MemoryStreamOptions } from './memory/memory-stream';
export { BatchHandler, type BatchHandlerOptions } from './nest/batch-handler';
export { EventStreamServer } from './nest/event-stream-server';
export type { BackOffOptions, StreamLogger, StreamObserver, StreamOptions, TraceCarrier, TraceHook } from './options';
export * from './port';
