export { backgroundNode, DEFAULT_PORT, startInBackground, stopInBackground, type BackgroundNode } from './background-node';
export { ensureKafka, KAFKA_VERSION, kafkaDirectory } from './kafka-package';
export { startKafka, type RunningKafka, type StartKafkaOptions } from './start-kafka';
