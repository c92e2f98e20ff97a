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
import { HeadTemplates } from './heads/head-templates';
import { HeadVersions } from './heads/head-versions';
import { HeadsController } from './heads/heads.controller';
import { Promotions } from './heads/promotions';
import { JobProgressController } from './jobs/job-progress.controller';
import { JobRepository } from './jobs/job-repository';
import { JobService } from './jobs/job-service';
import { JobsController } from './jobs/jobs.controller';
import { TrainingQueue } from './jobs/training-queue';
import { ResourcesModule } from './resources/resources.module';
import { TrainingFiles } from './training-files';

const queue: Provider = {
  provide: TrainingQueue,
  inject: [DATABASE, CONFIGURATION, LOGGER, Shutdown, JobRepository, DatasetRepository, HeadTemplates, ModelStore, TrainingFiles],
  useFactory: async (
    database: Database,
    configuration: TrainerConfiguration,
    logger: Logger,
    shutdown: Shutdown,
    jobs: JobRepository,
    datasets: DatasetRepository,
    heads: HeadTemplates,
    store: ModelStore,
    files: TrainingFiles,
  ) => {
    const { command, slots, cancelSeconds } = configuration;
    const environment = trainingEnvironment(configuration);
    const parts = { jobs, datasets, heads, store, files, program: resolve(command), environment, patience: cancelSeconds * 1_000 };
    const opened = new TrainingQueue(database, parts, slots, logger);
    await opened.start();
    shutdown.add('work', 'trainings', (deadline) => opened.stop(deadline));
    return opened;
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
  queue,
  promotions,
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
  controllers: [DatasetsController, JobProgressController, JobsController, HeadsController, AuditController],
  providers,
})
export class AppModule {}
