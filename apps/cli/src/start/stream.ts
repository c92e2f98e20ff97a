import { withKafka } from '../event-stream';
import { environment } from '../environment';
import { step } from './show-service';

/** Kafka for the services. */
export interface StartedStream {
  /** Variables by which the services find it. */
  readonly variables: NodeJS.ProcessEnv;
  /** Stops it, unless it ran before. */
  stop(): Promise<void>;
}

/**
 * The brokers that KAFKA_BROKERS names, or else a node of our own on this machine, with the topics created.
 *
 * @param folder where a node of our own keeps its messages
 */
export async function startStream(folder: string): Promise<StartedStream> {
  const named = environment.kafka.kafkaBrokers;
  if (named !== undefined) {
    await applyTopics(undefined);
    return { variables: environment.kafkaVariables, stop: () => Promise.resolve() };
  }
  const { startInBackground, stopInBackground } = await import('@attune/kafka-tool');
  const node = await startInBackground({ dataFolder: folder, onStep: step });
  const stop = async (): Promise<void> => {
    if (!node.wasRunning) await stopInBackground(folder);
  };
  try {
    await applyTopics(node.brokers);
  } catch (error) {
    await stop();
    throw error;
  }
  return { variables: { KAFKA_BROKERS: node.brokers }, stop };
}

async function applyTopics(brokers: string | undefined): Promise<void> {
  const { TOPICS } = await import('@attune/contracts');
  await withKafka(brokers, (stream) => stream.applyTopics(Object.values(TOPICS)));
  step('the topics are there');
}
