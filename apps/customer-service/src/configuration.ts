import {
  booleanText,
  commaSeparated,
  decimalNumber,
  defineConfiguration,
  variable,
  wholeNumber,
  type ConfigurationOf,
} from '@attune/service-kit';
import { z } from 'zod';

/** What the environment may say to the customer service. */
export const customerServiceConfiguration = defineConfiguration(
  {
    app: variable('ATTUNE_APP', z.string().default('customer-service').describe('Name of the head in the model store')),
    precision: variable(
      'ATTUNE_PRECISION',
      z.enum(['int8', 'fp32'], { error: 'must be int8 or fp32' }).default('int8').describe('Weights of the model that is served'),
    ),
    inferenceThreads: variable(
      'ATTUNE_INFERENCE_THREADS',
      wholeNumber(1, 256).optional().describe('Worker threads of the model; default as many as the CPU limit'),
    ),
    modelPollMilliseconds: variable(
      'ATTUNE_MODEL_POLL_MS',
      wholeNumber(100, 10_000).default(5_000).describe('How often the service looks whether another version of the model was promoted'),
    ),
    personIntents: variable(
      'ATTUNE_PERSON_INTENTS',
      commaSeparated().default(['talk_to_person']).describe('Labels of the head whose messages ask for a person'),
    ),
    unsureTurns: variable(
      'ATTUNE_UNSURE_TURNS',
      wholeNumber(1, 10).default(2).describe('Turns in a row without an answer after which a person takes over'),
    ),
    strongAnger: variable(
      'ATTUNE_STRONG_ANGER',
      decimalNumber(0, 1).default(0.8).describe('Probability of anger that is strong; two such messages of three go to a person'),
    ),
    actionsFile: variable(
      'ATTUNE_ACTIONS_FILE',
      z.string().min(1).optional().describe('JSON file of the actions that fetch values for answers from your own systems'),
    ),
    createTopics: variable(
      'ATTUNE_CREATE_TOPICS',
      booleanText(false).describe('Create absent topics at start; in-memory events always do'),
    ),
  },
  [],
);
export type CustomerServiceConfiguration = ConfigurationOf<typeof customerServiceConfiguration>;
