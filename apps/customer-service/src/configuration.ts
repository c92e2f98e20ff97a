import { webAddress } from '@attune/contracts';
import {
  commaSeparated,
  decimalNumber,
  defineConfiguration,
  modelVariables,
  variable,
  wholeNumber,
  type ConfigurationOf,
} from '@attune/service-kit';
import { z } from 'zod';

/** What the environment may say to the customer service. */
export const customerServiceConfiguration = defineConfiguration(
  {
    ...modelVariables('customer-service'),
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
    answerPrecision: variable(
      'ATTUNE_ANSWER_PRECISION',
      decimalNumber(0.5, 0.999)
        .default(0.9)
        .describe('Share of answers that must be right; the probability from which on the service answers is learnt from it'),
    ),
    strongAnger: variable(
      'ATTUNE_STRONG_ANGER',
      decimalNumber(0, 1).default(0.8).describe('Probability of anger that is strong; two such messages of three go to a person'),
    ),
    retentionDays: variable(
      'ATTUNE_RETENTION_DAYS',
      wholeNumber(1, 3_650).default(365).describe('Conversations are kept so long after the last message, with all that came from them'),
    ),
    actionsFile: variable(
      'ATTUNE_ACTIONS_FILE',
      z.string().min(1).optional().describe('JSON file of the actions that fetch values for answers from your own systems'),
    ),
    searchUrl: variable(
      'ATTUNE_SEARCH_URL',
      webAddress().optional().describe('An external search service, asked where neither an entry nor a document answers'),
    ),
    searchToken: variable(
      'ATTUNE_SEARCH_TOKEN',
      z
        .string()
        .regex(/^[\x21-\x7e]{1,2000}$/, 'must be visible ASCII characters')
        .optional()
        .describe('Sent to the external search as a bearer token'),
      { secret: true },
    ),
    searchTimeoutMilliseconds: variable(
      'ATTUNE_SEARCH_TIMEOUT_MS',
      wholeNumber(50, 10_000).default(800).describe('How long a try of the external search may take'),
    ),
    searchRetries: variable(
      'ATTUNE_SEARCH_RETRIES',
      wholeNumber(0, 3).default(1).describe('Further tries of the external search, each after a short, growing pause'),
    ),
  },
  [
    function* ({ searchToken, searchUrl }) {
      if (searchToken !== undefined && searchUrl === undefined)
        yield { variable: 'ATTUNE_SEARCH_TOKEN', message: 'wants ATTUNE_SEARCH_URL beside it' };
    },
  ],
);
export type CustomerServiceConfiguration = ConfigurationOf<typeof customerServiceConfiguration>;
