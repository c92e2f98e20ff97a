import { join } from 'node:path';
import { TOPICS, type TopicDefinition } from '@attune/contracts';
import { sentimentTasks } from '@attune/opinion';
import {
  CONFIGURATION,
  DATABASE,
  DatabaseModule,
  EventStreamModule,
  LOGGER,
  OutboxModule,
  ServedModels,
  Shutdown,
  type Logger,
} from '@attune/service-kit';
import type { Database } from '@attune/storage';
import { Global, Module, type Provider } from '@nestjs/common';
import { AlertRepository } from '../alerts/alert-repository';
import type { MonitorConfiguration } from '../configuration';
import { MentionRepository } from '../detection/mention-repository';
import { WatchStateRepository } from '../detection/watch-state-repository';
import { DocumentRepository } from '../documents/document-repository';
import { FeedbackRepository } from '../feedback/feedback-repository';
import { SentimentModel } from '../scoring/sentiment-model';
import { BucketRepository } from '../trends/bucket-repository';
import { WatchDirectory } from '../watches/watch-directory';
import { WatchRepository } from '../watches/watch-repository';
import { WebhookRepository } from '../webhooks/webhook-repository';

/** The topics that this service reads and writes. */
const MONITOR_TOPICS = [TOPICS.marketDocuments, TOPICS.marketSentiment, TOPICS.marketTrends, TOPICS.alertsSentiment] as TopicDefinition[];
const MIGRATIONS = join(__dirname, '../../migrations');
/** How often a process asks whether watches changed elsewhere. */
const WATCH_POLL_MS = 1_000;

const model: Provider = {
  provide: SentimentModel,
  inject: [CONFIGURATION, ServedModels],
  useFactory: async (
    { app, precision, inferenceThreads: threads, inferenceQueueTokens: queueTokens }: MonitorConfiguration,
    models: ServedModels,
  ) =>
    SentimentModel.over(
      await models.open({
        app,
        precision,
        accept: ({ manifest }) => void sentimentTasks(manifest.tasks),
        ...(threads === undefined ? {} : { threads }),
        ...(queueTokens === undefined ? {} : { queueTokens }),
      }),
    ),
};

const directory: Provider = {
  provide: WatchDirectory,
  inject: [WatchRepository, LOGGER, Shutdown],
  useFactory: async (repository: WatchRepository, logger: Logger, shutdown: Shutdown) => {
    const opened = new WatchDirectory(repository, (err) => logger.warn({ err }, 'the watches cannot be read'));
    await opened.start(WATCH_POLL_MS);
    shutdown.add('work', 'watches', () => opened.stop());
    return opened;
  },
};

const repositories = [
  AlertRepository,
  BucketRepository,
  DocumentRepository,
  FeedbackRepository,
  MentionRepository,
  WatchRepository,
  WatchStateRepository,
  WebhookRepository,
].map((repository): Provider => ({
  provide: repository,
  inject: [DATABASE],
  useFactory: (database: Database) => new repository(database),
}));

/** What the features stand on: database, event stream, outbox, model, watches. */
@Global()
@Module({
  imports: [
    DatabaseModule.forService({ folder: join('data', 'sentiment-monitor'), migrations: [MIGRATIONS] }),
    EventStreamModule.forService({ topics: MONITOR_TOPICS, clientId: 'attune-sentiment-monitor' }),
    OutboxModule.forService(),
  ],
  providers: [model, directory, ...repositories],
  exports: [SentimentModel, WatchDirectory, ...repositories],
})
export class ResourcesModule {}
