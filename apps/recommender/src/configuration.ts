import { decimalNumber, defineConfiguration, modelVariables, variable, wholeNumber, type ConfigurationOf } from '@attune/service-kit';
import { z } from 'zod';

/** What the environment may say to the recommender. */
export const recommenderConfiguration = defineConfiguration(
  {
    ...modelVariables('recommender'),
    modelPollMilliseconds: variable(
      'ATTUNE_MODEL_POLL_MS',
      wholeNumber(100, 10_000).default(5_000).describe('How often the service looks whether another version of the model was promoted'),
    ),
    otherApp: variable(
      'ATTUNE_APP_B',
      z.string().min(1).optional().describe('Name of a second head in the model store, compared with the first: arm b'),
    ),
    shareOfOther: variable(
      'ATTUNE_SHARE_B',
      decimalNumber(0, 1).default(0.5).describe('Share of people who get arm b, always the same ones, where there is one'),
    ),
    retentionDays: variable('ATTUNE_RETENTION_DAYS', wholeNumber(1, 3_650).default(365).describe('Events and lists are kept so long')),
  },
  [],
);
export type RecommenderConfiguration = ConfigurationOf<typeof recommenderConfiguration>;
