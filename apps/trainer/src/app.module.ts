import { resolve } from 'node:path';
import { ModelStore } from '@attune/artifact';
import { CONFIGURATION, DATABASE, LOGGER, made, Shutdown, type Logger } from '@attune/service-kit';
import type { Database } from '@attune/storage';
import { Module, type Provider } from '@nestjs/common';
import { AuditController } from './audit/audit.controller';
import { trainingEnvironment, type TrainerConfiguration } from './configuration';
import { DatasetRepository } from './datasets/dataset-repository';
import { DatasetService } from './datasets/dataset-service';
import { DatasetsController } from './datasets/datasets.controller';
import { FeedbackController } from './feedback/feedback.controller';
import { FeedbackEraser } from './feedback/feedback-eraser';
import { FeedbackRepository } from './feedback/feedback-repository';
import { FeedbackService } from './feedback/feedback-service';
import { HeadTemplates } from './heads/head-templates';
import { HeadVersions } from './heads/head-versions';
import { HeadsController } from './heads/heads.controller';
import { Promotions } from './heads/promotions';
import { Shadows } from './heads/shadows';
import { ShadowsController } from './heads/shadows.controller';
import { JobParts } from './jobs/job-parts';
import { JobProgressController } from './jobs/job-progress.controller';
import { JobRepository } from './jobs/job-repository';
import { JobService } from './jobs/job-service';
import { JobsController } from './jobs/jobs.controller';
import { TrainingQueue } from './jobs/training-queue';
import { ResourcesModule } from './resources/resources.module';
import { TrainingFiles } from './training-files';
import { TrainingSetFiles } from './training-sets/training-set-files';
import { TrainingSetRepository } from './training-sets/training-set-repository';
import { TrainingSetsController } from './training-sets/training-sets.controller';
import { UpdateSchedule } from './updates/update-schedule';
import { UpdateService } from './updates/update-service';
import { UpdateSettingsRepository } from './updates/update-settings-repository';
import { UpdatesController } from './updates/updates.controller';

const queue: Provider = {
  provide: TrainingQueue,
  inject: [DATABASE, CONFIGURATION, LOGGER, Shutdown, JobParts],
  useFactory: async (database: Database, configuration: TrainerConfiguration, logger: Logger, shutdown: Shutdown, parts: JobParts) => {
    const { command, slots, cancelSeconds } = configuration;
    const environment = trainingEnvironment(configuration);
    const how = { program: resolve(command), environment, patience: cancelSeconds * 1_000 };
    const opened = new TrainingQueue(database, { ...parts, ...how }, slots, logger);
    await opened.start();
    shutdown.add('work', 'trainings', (deadline) => opened.stop(deadline));
    return opened;
  },
};

const updates: Provider = {
  provide: UpdateService,
  inject: [JobParts, UpdateSettingsRepository, TrainingQueue, CONFIGURATION],
  useFactory: (
    parts: JobParts,
    settings: UpdateSettingsRepository,
    trainings: TrainingQueue,
    { updatePromote: promote, updateLeastRows: leastNewRows }: TrainerConfiguration,
  ) => new UpdateService({ ...parts, settings, queue: trainings, defaults: { promote, leastNewRows } }),
};

const schedule: Provider = {
  provide: UpdateSchedule,
  inject: [UpdateService, HeadTemplates, LOGGER, CONFIGURATION, Shutdown],
  useFactory: (
    service: UpdateService,
    heads: HeadTemplates,
    logger: Logger,
    { updateSchedule }: TrainerConfiguration,
    shutdown: Shutdown,
  ) => {
    const made = new UpdateSchedule(service, heads, logger);
    if (updateSchedule !== undefined) made.start(updateSchedule);
    shutdown.add('intake', 'schedule of updates', () => made.stop());
    return made;
  },
};

const promotions: Provider = {
  provide: Promotions,
  inject: [DATABASE, HeadTemplates, ModelStore, LOGGER, Shutdown],
  useFactory: async (database: Database, heads: HeadTemplates, store: ModelStore, logger: Logger, shutdown: Shutdown) => {
    const opened = new Promotions(database, heads, store, (err) => logger.warn({ err }, 'promotions of the model store cannot be read'));
    await opened.start();
    shutdown.add('work', 'promotions', () => opened.stop());
    return opened;
  },
};

const providers: Provider[] = [
  made(JobParts, [
    JobRepository,
    DatasetRepository,
    HeadTemplates,
    ModelStore,
    TrainingFiles,
    FeedbackRepository,
    TrainingSetRepository,
    Promotions,
  ]),
  queue,
  promotions,
  updates,
  schedule,
  made(Shadows, [DATABASE, HeadTemplates, ModelStore]),
  made(FeedbackService, [FeedbackRepository, HeadTemplates]),
  made(FeedbackEraser, [DATABASE, HeadTemplates, TrainingSetFiles, ModelStore]),
  made(JobService, [JobRepository, HeadTemplates, ModelStore, TrainingQueue]),
  made(HeadVersions, [HeadTemplates, ModelStore, JobRepository, DatasetRepository]),
  {
    provide: DatasetService,
    inject: [DatasetRepository, TrainingFiles, CONFIGURATION],
    useFactory: (repository: DatasetRepository, files: TrainingFiles, { datasetLimit }: TrainerConfiguration) =>
      new DatasetService(repository, files, datasetLimit),
  },
];

/** The features of the service. */
@Module({
  imports: [ResourcesModule],
  controllers: [
    DatasetsController,
    JobProgressController,
    JobsController,
    FeedbackController,
    TrainingSetsController,
    UpdatesController,
    HeadsController,
    ShadowsController,
    AuditController,
  ],
  providers,
})
export class AppModule {}
