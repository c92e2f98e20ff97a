import { DATABASE } from '@attune/service-kit';
import { Module, type Provider } from '@nestjs/common';
import { conversationProviders } from './conversations/conversation-providers';
import { ConversationRepository } from './conversations/conversation-repository';
import { ConversationsController } from './conversations/conversations.controller';
import { HandoffRepository } from './handoffs/handoff-repository';
import { HandoffService } from './handoffs/handoff-service';
import { HandoffsController } from './handoffs/handoffs.controller';
import { KnowledgeDirectory } from './knowledge/knowledge-directory';
import { knowledgeProviders } from './knowledge/knowledge-providers';
import { KnowledgeTransferController } from './knowledge/knowledge-transfer.controller';
import { KnowledgeController } from './knowledge/knowledge.controller';
import { DialogueModel } from './model/dialogue-model';
import { made } from './resources/made';
import { ResourcesModule } from './resources/resources.module';
import { EncoderRegistry } from './retrieval/encoder-registry';
import { RankingController } from './retrieval/ranking.controller';
import { Retriever } from './retrieval/retriever';

const providers: Provider[] = [
  ...knowledgeProviders,
  ...conversationProviders,
  made(HandoffRepository, [DATABASE]),
  made(HandoffService, [HandoffRepository, ConversationRepository, DialogueModel, EncoderRegistry, Retriever, KnowledgeDirectory]),
];

/** The features of the service. */
@Module({
  imports: [ResourcesModule],
  controllers: [
    // What has a path of its own stands before the entries, whose /:id would take it.
    RankingController,
    KnowledgeTransferController,
    KnowledgeController,
    ConversationsController,
    HandoffsController,
  ],
  providers,
})
export class AppModule {}
