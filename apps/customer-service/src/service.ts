import {
  conversationSchema,
  DOCUMENT_MEDIA_TYPES,
  entrySchema,
  knowledgeDocumentSchema,
  messageSchema,
  modelDriftSchema,
  modelShadowSchema,
  replySchema,
  TOPICS,
} from '@attune/contracts';
import type { ServiceOptions } from '@attune/service-kit';
import { WsAdapter } from '@nestjs/platform-ws';
import { AppModule } from './app.module';
import type { CustomerServiceConfiguration } from './configuration';
import { exampleEvents } from './examples';

/** What the service is made of, for the process and for specs. */
export function customerService(configuration: CustomerServiceConfiguration): ServiceOptions<CustomerServiceConfiguration> {
  return {
    name: 'customer-service',
    version: '0.1.0',
    configuration,
    module: AppModule,
    configure: (app) => {
      app.useWebSocketAdapter(new WsAdapter(app));
    },
    streamedMediaTypes: ['application/x-ndjson', 'text/csv', ...DOCUMENT_MEDIA_TYPES],
    documents: {
      title: 'Attune customer service',
      description: 'Answers what the knowledge answers, asks when it is unsure, and hands over to a person when it should.',
      schemas: {
        Entry: entrySchema,
        Document: knowledgeDocumentSchema,
        Conversation: conversationSchema,
        Message: messageSchema,
        Reply: replySchema,
        ModelDrift: modelDriftSchema,
        ModelShadow: modelShadowSchema,
      },
      topics: [{ topic: TOPICS.supportConversations, action: 'send', examples: [exampleEvents().turn] }],
    },
  };
}
