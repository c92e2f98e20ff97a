import { watchSchema, alertRecordSchema, marketDocumentSchema, modelDriftSchema, modelShadowSchema, TOPICS } from '@attune/contracts';
import type { ServiceOptions } from '@attune/service-kit';
import { AppModule } from './app.module';
import type { MonitorConfiguration } from './configuration';
import { exampleEvents } from './examples';

/** What the service is made of, for the process and for specs. */
export function monitorService(configuration: MonitorConfiguration): ServiceOptions<MonitorConfiguration> {
  const events = exampleEvents();
  return {
    name: 'sentiment-monitor',
    version: '0.1.0',
    configuration,
    module: AppModule.of(configuration.stages),
    streamedMediaTypes: ['application/x-ndjson'],
    documents: {
      title: 'Attune sentiment monitor',
      description: 'Scores news and posts for what they say about watched entities and topics, and alerts when negative opinion surges.',
      schemas: {
        Watch: watchSchema,
        Alert: alertRecordSchema,
        MarketDocument: marketDocumentSchema,
        ModelDrift: modelDriftSchema,
        ModelShadow: modelShadowSchema,
      },
      topics: [
        { topic: TOPICS.marketDocuments, action: 'both', examples: [events.document] },
        { topic: TOPICS.marketSentiment, action: 'both', examples: [events.sentiment] },
        { topic: TOPICS.marketTrends, action: 'send', examples: [events.trend] },
        { topic: TOPICS.alertsSentiment, action: 'send', examples: [events.alert] },
      ],
    },
  };
}
