import {
  auditEntrySchema,
  datasetSchema,
  feedbackRowSchema,
  headComparisonSchema,
  headSchema,
  headShadowSchema,
  headShadowsSchema,
  headVersionDetailsSchema,
  headVersionSchema,
  TOPICS,
  trainingJobSchema,
  trainingSetSchema,
  updateSettingsSchema,
  updateVerdictSchema,
} from '@attune/contracts';
import type { ServiceOptions } from '@attune/service-kit';
import { AppModule } from './app.module';
import type { TrainerConfiguration } from './configuration';
import { DATASET_MEDIA_TYPES } from './datasets/datasets.controller';
import { promotedMessage } from './heads/promotions';

/** What the service is made of, for the process and for specs. */
export function trainerService(configuration: TrainerConfiguration): ServiceOptions<TrainerConfiguration> {
  const { value } = promotedMessage(
    { app: 'customer-service', version: '20260301-093000-1f0c2d3e', generation: 4 },
    '2026-03-01T10:00:00Z',
  );
  return {
    name: 'trainer',
    version: '0.1.0',
    configuration,
    module: AppModule,
    streamedMediaTypes: DATASET_MEDIA_TYPES,
    documents: {
      title: 'Attune trainer',
      description: 'Takes labelled rows in, trains new versions of the heads, shows how good they are, and says which of them serve.',
      schemas: {
        Dataset: datasetSchema,
        TrainingJob: trainingJobSchema,
        UpdateVerdict: updateVerdictSchema,
        UpdateSettings: updateSettingsSchema,
        FeedbackRow: feedbackRowSchema,
        TrainingSet: trainingSetSchema,
        Head: headSchema,
        HeadShadow: headShadowSchema,
        HeadShadows: headShadowsSchema,
        HeadVersion: headVersionSchema,
        HeadVersionDetails: headVersionDetailsSchema,
        HeadComparison: headComparisonSchema,
        AuditEntry: auditEntrySchema,
      },
      topics: [{ topic: TOPICS.modelsPromoted, action: 'send', examples: [JSON.parse(String(value)) as unknown] }],
    },
  };
}
