import { behaviourSchema, recommendationsSchema, storedItemSchema, TOPICS } from '@attune/contracts';
import type { ServiceOptions } from '@attune/service-kit';
import { AppModule } from './app.module';
import type { RecommenderConfiguration } from './configuration';
import { exampleEvents } from './examples';

/** What the service is made of, for the process and for specs. */
export function recommenderService(configuration: RecommenderConfiguration): ServiceOptions<RecommenderConfiguration> {
  const { item, behaviour } = exampleEvents();
  return {
    name: 'recommender',
    version: '0.1.0',
    configuration,
    module: AppModule,
    streamedMediaTypes: ['application/x-ndjson', 'text/csv'],
    documents: {
      title: 'Attune recommender',
      description: 'Scores items for people from what they read and did, and makes lists that are diverse and explained.',
      schemas: { Item: storedItemSchema, Behaviour: behaviourSchema, Recommendations: recommendationsSchema },
      topics: [
        { topic: TOPICS.catalogItems, action: 'receive', examples: [item] },
        { topic: TOPICS.behaviourEvents, action: 'receive', examples: [behaviour] },
      ],
    },
  };
}
