import { join } from 'node:path';
import { defineConfiguration, variable, type ConfigurationOf } from '@attune/http-kit';
import { z } from 'zod';

const address = (service: string, port: number) =>
  z
    .url({ protocol: /^https?$/, error: 'must look like http://host:port' })
    .default(`http://127.0.0.1:${String(port)}`)
    .describe(`Where the ${service} answers`);

/** What the environment may say to the console. */
export const consoleConfiguration = defineConfiguration({
  customerService: variable('ATTUNE_CUSTOMER_SERVICE_URL', address('customer service', 3001)),
  sentimentMonitor: variable('ATTUNE_SENTIMENT_MONITOR_URL', address('sentiment monitor', 3002)),
  recommender: variable('ATTUNE_RECOMMENDER_URL', address('recommender', 3003)),
  trainer: variable('ATTUNE_TRAINER_URL', address('trainer', 3004)),
  page: variable('ATTUNE_CONSOLE_PAGE', z.string().min(1).default(join(__dirname, '../dist')).describe('Folder of the built page')),
});
export type ConsoleConfiguration = ConfigurationOf<typeof consoleConfiguration>;
