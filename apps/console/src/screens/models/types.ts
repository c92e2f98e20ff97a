import type { components as serviceComponents } from '../../api/generated/customer-service';
import type { components } from '../../api/generated/trainer';

type Schemas = components['schemas'];
type ServiceSchemas = serviceComponents['schemas'];

export type Head = Schemas['Head'];
export type Promotion = Schemas['PromoteHeadsResponse'];
export type HeadVersion = Schemas['HeadVersion'];
export type HeadVersionDetails = Schemas['HeadVersionDetails'];
export type HeadComparison = Schemas['HeadComparison'];
export type Dataset = Schemas['Dataset'];
export type TrainingJob = Schemas['TrainingJob'];
export type TrainingRequest = Schemas['CreateJobRequest'];
export type AuditEntry = Schemas['AuditEntry'];
export type Reports = HeadVersionDetails['reports'];
/** Held-out rows that a report is of. */
export type ReportRows = keyof Reports;
/** The report of one task. */
export type TaskReport = NonNullable<NonNullable<Reports[ReportRows]>['tasks']>[string];
export type ClassFigures = NonNullable<TaskReport['perClass']>[number];
export type History = NonNullable<HeadVersionDetails['history']>;
export type Difference = HeadComparison['tasks'][string]['metrics'][string];
export type TrainJob = Extract<TrainingJob, { kind: 'train' }>;
export type UpdateJob = Extract<TrainingJob, { kind: 'update' }>;
export type UpdateVerdict = Schemas['UpdateVerdict'];
export type UpdateSettings = Schemas['UpdateSettings'];
export type FeedbackRow = Schemas['FeedbackRow'];
export type TrainingSet = Schemas['TrainingSet'];
export type ModelDrift = ServiceSchemas['ModelDrift'];
export type ModelShadow = ServiceSchemas['ModelShadow'];
export type HeadShadow = Schemas['HeadShadow'];
export type HeadShadows = Schemas['HeadShadows'];
