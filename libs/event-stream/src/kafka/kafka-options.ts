import type { KafkaConfig } from 'kafkajs';
import type { StreamOptions } from '../options';

/** How to reach Kafka, and how much to move at once. */
export interface KafkaStreamOptions extends StreamOptions {
  /** `host:port` of some brokers; they name the others. */
  readonly brokers: readonly string[];
  /** How this process names itself to the brokers. Default `attune`. */
  readonly clientId?: string;
  /** TLS: true, or Node's settings of a TLS connection. */
  readonly ssl?: KafkaConfig['ssl'];
  /** SASL, as kafkajs takes it. */
  readonly sasl?: KafkaConfig['sasl'];
  /** Default `none`. */
  readonly compression?: 'none' | 'gzip';
  /** Bytes of messages, before compression, sent to one partition in one batch. Default 900,000: brokers refuse more than 1 MiB. */
  readonly maxBatchBytes?: number;
  /** Bytes fetched from one partition at once. Default 1 MiB. */
  readonly maxPartitionBytes?: number;
  /** Milliseconds that the broker waits for messages before it answers that there are none. Default 1,000; below the interval of heartbeats. */
  readonly maxWait?: number;
  /** Milliseconds without a heartbeat after which the group goes on without this consumer. Default 30,000. */
  readonly sessionTimeout?: number;
  /** Milliseconds between heartbeats. Default 3,000. */
  readonly heartbeatInterval?: number;
  /** Milliseconds that an answer may take. Default 30,000. */
  readonly requestTimeout?: number;
  /** Milliseconds that a connection may take. Default 3,000. */
  readonly connectionTimeout?: number;
  /** Milliseconds between two looks at how far the partitions have grown, for the lag. Default 15,000. */
  readonly lagInterval?: number;
}
