import type { ModelStore } from '@attune/artifact';
import type { DatasetRepository } from '../datasets/dataset-repository';
import type { FeedbackRepository } from '../feedback/feedback-repository';
import type { HeadTemplates } from '../heads/head-templates';
import type { Promotions } from '../heads/promotions';
import type { TrainingFiles } from '../training-files';
import type { TrainingSetRepository } from '../training-sets/training-set-repository';
import type { JobRepository } from './job-repository';

/** Everything that jobs of all kinds have to do with. */
export class JobParts {
  constructor(
    readonly jobs: JobRepository,
    readonly datasets: DatasetRepository,
    readonly heads: HeadTemplates,
    readonly store: ModelStore,
    readonly files: TrainingFiles,
    readonly feedback: FeedbackRepository,
    readonly sets: TrainingSetRepository,
    readonly promotions: Promotions,
  ) {}
}
