import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import { TOPICS } from '@attune/contracts';
import { CONFIGURATION, DATABASE, DatabaseModule, EventStreamModule, LOGGER, made, OutboxModule, type Logger } from '@attune/service-kit';
import { openModelStore } from '@attune/object-store';
import { Global, Module, type Provider } from '@nestjs/common';
import { AuditRepository } from '../audit/audit-repository';
import type { TrainerConfiguration } from '../configuration';
import { DatasetRepository } from '../datasets/dataset-repository';
import { FeedbackRepository } from '../feedback/feedback-repository';
import { HeadTemplates } from '../heads/head-templates';
import { JobRepository } from '../jobs/job-repository';
import { TrainingFiles } from '../training-files';
import { TrainingSetFiles } from '../training-sets/training-set-files';
import { TrainingSetRepository } from '../training-sets/training-set-repository';
import { UpdateSettingsRepository } from '../updates/update-settings-repository';

const MIGRATIONS = join(__dirname, '../../migrations');

const providers: Provider[] = [
  made(AuditRepository, [DATABASE]),
  made(DatasetRepository, [DATABASE]),
  made(JobRepository, [DATABASE]),
  made(FeedbackRepository, [DATABASE]),
  made(TrainingSetFiles, [TrainingFiles]),
  made(TrainingSetRepository, [DATABASE, TrainingSetFiles]),
  made(UpdateSettingsRepository, [DATABASE]),
  {
    provide: ModelStore,
    inject: [CONFIGURATION, LOGGER],
    useFactory: ({ models, modelCache }: TrainerConfiguration, logger: Logger) =>
      openModelStore(models, { cache: modelCache, onLeft: (err) => logger.warn({ err }, 'a promotion left something undone') }),
  },
  {
    provide: HeadTemplates,
    inject: [CONFIGURATION],
    useFactory: ({ heads }: TrainerConfiguration) => HeadTemplates.read(heads),
  },
  {
    provide: TrainingFiles,
    inject: [CONFIGURATION],
    useFactory: async ({ filesDirectory }: TrainerConfiguration) => {
      const files = new TrainingFiles(filesDirectory);
      await files.prepare();
      return files;
    },
  },
];

/** What the features stand on: database, event stream, outbox, model store, files. */
@Global()
@Module({
  imports: [
    DatabaseModule.forService({ folder: join('data', 'trainer'), migrations: [MIGRATIONS] }),
    EventStreamModule.forService({ topics: [TOPICS.modelsPromoted], clientId: 'attune-trainer' }),
    OutboxModule.forService(),
  ],
  providers,
  exports: providers,
})
export class ResourcesModule {}
