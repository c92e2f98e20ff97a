import {
  CONFIGURATION,
  DATABASE,
  EVENT_STREAM,
  LOGGER,
  ModelDriftController,
  ModelShadowController,
  Shutdown,
  type Logger,
} from '@attune/service-kit';
import type { EventStream } from '@attune/event-stream';
import type { Database } from '@attune/storage';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { AlertFeed } from './alerts/alert-feed';
import { AlertRepository } from './alerts/alert-repository';
import { AlertStreamController } from './alerts/alert-stream.controller';
import { AlertsController } from './alerts/alerts.controller';
import type { MonitorConfiguration, Stage } from './configuration';
import { CONSUMER_GROUPS } from './consumer-groups';
import { DetectionClock } from './detection/detection-clock';
import { DetectionHandler } from './detection/detection.handler';
import { DetectionService } from './detection/detection-service';
import { IntakeHorizon } from './detection/intake-horizon';
import { MentionRepository } from './detection/mention-repository';
import { WatchMemories } from './detection/watch-memory';
import { WatchStateRepository } from './detection/watch-state-repository';
import { DocumentIntake } from './documents/document-intake';
import { DocumentReader } from './documents/document-reader';
import { DocumentRepository } from './documents/document-repository';
import { DocumentsController } from './documents/documents.controller';
import { FeedbackController } from './feedback/feedback.controller';
import { FeedbackRepository } from './feedback/feedback-repository';
import { FeedbackService } from './feedback/feedback-service';
import { Housekeeping } from './resources/housekeeping';
import { ResourcesModule } from './resources/resources.module';
import { Explanations } from './scoring/explanations';
import { ScoringHandler } from './scoring/scoring.handler';
import { ScoringMetrics } from './scoring/scoring-metrics';
import { ScoringService } from './scoring/scoring-service';
import { SentimentModel } from './scoring/sentiment-model';
import { SentimentController } from './sentiment/sentiment.controller';
import { BucketRepository } from './trends/bucket-repository';
import { TrendsController } from './trends/trends.controller';
import { WatchDirectory } from './watches/watch-directory';
import { WatchService } from './watches/watch-service';
import { WatchesController } from './watches/watches.controller';
import { WebhookAddressGuard } from './webhooks/webhook-address-guard';
import { WebhookDispatcher } from './webhooks/webhook-dispatcher';
import { WebhookRepository } from './webhooks/webhook-repository';
import { WebhooksController } from './webhooks/webhooks.controller';

const warn =
  (logger: Logger, message: string) =>
  (err: unknown): void =>
    logger.warn({ err }, message);

const http: Provider[] = [
  WatchService,
  {
    provide: DocumentIntake,
    inject: [EVENT_STREAM],
    useFactory: (stream: EventStream) => new DocumentIntake(stream),
  },
  {
    provide: Explanations,
    inject: [SentimentModel],
    useFactory: (model: SentimentModel) => new Explanations(model),
  },
  {
    provide: DocumentReader,
    inject: [DocumentRepository, FeedbackRepository, Explanations],
    useFactory: (documents: DocumentRepository, feedback: FeedbackRepository, explanations: Explanations) =>
      new DocumentReader(documents, feedback, explanations),
  },
  {
    provide: FeedbackService,
    inject: [FeedbackRepository, DocumentRepository],
    useFactory: (feedback: FeedbackRepository, documents: DocumentRepository) => new FeedbackService(feedback, documents),
  },
  {
    provide: AlertFeed,
    inject: [DATABASE, LOGGER, Shutdown],
    useFactory: (database: Database, logger: Logger, shutdown: Shutdown) => {
      const feed = new AlertFeed(database, warn(logger, 'the alerts cannot be followed'));
      shutdown.add('intake', 'alert feed', () => feed.close());
      return feed;
    },
  },
  {
    provide: WebhookAddressGuard,
    inject: [CONFIGURATION],
    useFactory: ({ webhookPrivateAddresses }: MonitorConfiguration) => new WebhookAddressGuard(webhookPrivateAddresses),
  },
  {
    provide: WebhookDispatcher,
    inject: [WebhookRepository, WebhookAddressGuard, LOGGER, Shutdown],
    useFactory: (webhooks: WebhookRepository, addresses: WebhookAddressGuard, logger: Logger, shutdown: Shutdown) => {
      const dispatcher = new WebhookDispatcher(webhooks, addresses, warn(logger, 'webhooks wait'));
      dispatcher.start();
      shutdown.add('work', 'webhooks', () => dispatcher.stop());
      return dispatcher;
    },
  },
  {
    provide: Housekeeping,
    inject: [DATABASE, CONFIGURATION, LOGGER, Shutdown],
    useFactory: (database: Database, { retentionDays }: MonitorConfiguration, logger: Logger, shutdown: Shutdown) => {
      const housekeeping = new Housekeeping(database, retentionDays, warn(logger, 'old rows were not removed'));
      housekeeping.start();
      shutdown.add('work', 'housekeeping', () => housekeeping.stop());
      return housekeeping;
    },
  },
];

const scoring: Provider[] = [
  ScoringMetrics,
  {
    provide: ScoringService,
    inject: [DocumentRepository, WatchDirectory, SentimentModel, EVENT_STREAM],
    useFactory: (documents: DocumentRepository, directory: WatchDirectory, model: SentimentModel, stream: EventStream) =>
      new ScoringService(documents, directory, model, stream),
  },
];

const detection: Provider[] = [
  {
    provide: IntakeHorizon,
    inject: [EVENT_STREAM],
    useFactory: (stream: EventStream) => new IntakeHorizon(stream),
  },
  {
    provide: WatchMemories,
    inject: [WatchStateRepository, MentionRepository],
    useFactory: (states: WatchStateRepository, mentions: MentionRepository) => new WatchMemories(states, mentions),
  },
  {
    provide: DetectionService,
    inject: [
      DATABASE,
      WatchDirectory,
      WatchMemories,
      WatchStateRepository,
      MentionRepository,
      BucketRepository,
      AlertRepository,
      WebhookRepository,
      CONFIGURATION,
      IntakeHorizon,
    ],
    useFactory: (
      database: Database,
      directory: WatchDirectory,
      memories: WatchMemories,
      states: WatchStateRepository,
      mentions: MentionRepository,
      buckets: BucketRepository,
      alerts: AlertRepository,
      webhooks: WebhookRepository,
      { latenessMinutes, eventClock }: MonitorConfiguration,
      horizon: IntakeHorizon,
    ) =>
      new DetectionService(
        database,
        directory,
        memories,
        { states, mentions, buckets, alerts, webhooks },
        { latenessMinutes, documentClock: eventClock === 'documents', takenInUntil: () => horizon.time },
      ),
  },
  {
    provide: DetectionClock,
    inject: [WatchStateRepository, DetectionService, IntakeHorizon, EVENT_STREAM, CONFIGURATION, LOGGER, Shutdown],
    useFactory: (
      states: WatchStateRepository,
      service: DetectionService,
      horizon: IntakeHorizon,
      stream: EventStream,
      { eventClock }: MonitorConfiguration,
      logger: Logger,
      shutdown: Shutdown,
    ) => {
      const partitions = (): number[] =>
        stream
          .status()
          .filter(({ group }) => group === CONSUMER_GROUPS.detection)
          .flatMap((consumer) => consumer.partitions.map(({ partition }) => partition));
      const clock = new DetectionClock(states, service, horizon, { partitions, onError: warn(logger, 'quiet watches wait') });
      // Where documents tell the time, none passes without them.
      if (eventClock === 'wall') clock.start();
      shutdown.add('intake', 'clock', () => clock.stop());
      return clock;
    },
  },
];

const CONTROLLERS = {
  http: [
    // Before the alerts, whose /:id would take its path.
    AlertStreamController,
    AlertsController,
    DocumentsController,
    FeedbackController,
    ModelDriftController,
    ModelShadowController,
    SentimentController,
    TrendsController,
    WatchesController,
    WebhooksController,
  ],
  scoring: [ScoringHandler],
  detection: [DetectionHandler],
} as const satisfies Record<Stage, readonly unknown[]>;
const PROVIDERS = { http, scoring, detection } as const satisfies Record<Stage, readonly Provider[]>;

/** The stages that a process runs. */
@Module({})
export class AppModule {
  static of(stages: readonly Stage[]): DynamicModule {
    const chosen = [...new Set(stages)];
    return {
      module: AppModule,
      imports: [ResourcesModule],
      controllers: chosen.flatMap((stage) => [...CONTROLLERS[stage]]),
      providers: chosen.flatMap((stage) => [...PROVIDERS[stage]]),
    };
  }
}
