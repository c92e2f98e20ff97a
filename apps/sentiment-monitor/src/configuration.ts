import {
  booleanText,
  commaSeparated,
  defineConfiguration,
  modelVariables,
  variable,
  wholeNumber,
  type ConfigurationOf,
} from '@attune/service-kit';
import { z } from 'zod';

/** The stages of the service; a process runs one or more of them. */
export const STAGES = ['http', 'scoring', 'detection'] as const;
export type Stage = (typeof STAGES)[number];

/** What the environment may say to the sentiment monitor. */
export const monitorConfiguration = defineConfiguration(
  {
    stages: variable(
      'ATTUNE_STAGES',
      commaSeparated()
        .pipe(z.array(z.enum(STAGES, { error: `must be of ${STAGES.join(', ')}` })).min(1, 'names no stage'))
        .default([...STAGES])
        .describe('Stages that this process runs: http (the API), scoring (documents to sentiment), detection (sentiment to alerts)'),
    ),
    ...modelVariables('sentiment-monitor'),
    inferenceQueueTokens: variable(
      'ATTUNE_INFERENCE_QUEUE_TOKENS',
      wholeNumber(1, 100_000_000)
        .optional()
        .describe('Tokens that may wait for the model; beyond them requests are answered with 429. Default 32,768'),
    ),
    latenessMinutes: variable(
      'ATTUNE_LATENESS_MINUTES',
      wholeNumber(0, 10_080)
        .default(2)
        .describe('A window waits so long for documents that come late; later ones count only in the history'),
    ),
    eventClock: variable(
      'ATTUNE_CLOCK',
      z
        .enum(['wall', 'documents'], { error: 'must be wall or documents' })
        .default('wall')
        .describe('wall: time is now, and the past raises no alert. documents: time is what documents say, to replay the past'),
    ),
    retentionDays: variable(
      'ATTUNE_RETENTION_DAYS',
      wholeNumber(1, 3_650)
        .default(30)
        .describe('Documents and mentions are kept so long; counts are kept for ever, by the hour after a week'),
    ),
    webhookPrivateAddresses: variable(
      'ATTUNE_WEBHOOK_PRIVATE_ADDRESSES',
      booleanText(false).describe('Let webhooks go to private addresses'),
    ),
  },
  [
    function* ({ stages, kafkaBrokers }) {
      if (kafkaBrokers === undefined && stages.length < STAGES.length) {
        yield { variable: 'ATTUNE_STAGES', message: 'can be divided among processes only with KAFKA_BROKERS' };
      }
    },
    function* ({ stages, databaseUrl }) {
      if (databaseUrl === undefined && stages.length < STAGES.length) {
        yield { variable: 'ATTUNE_STAGES', message: 'can be divided among processes only with DATABASE_URL' };
      }
    },
  ],
);
export type MonitorConfiguration = ConfigurationOf<typeof monitorConfiguration>;
