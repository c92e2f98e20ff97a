import { DATABASE, made, ModelDriftController, ModelShadowController } from '@attune/service-kit';
import { Module, type Provider } from '@nestjs/common';
import { conversationProviders } from './conversations/conversation-providers';
import { ConversationRepository } from './conversations/conversation-repository';
import { ConversationsController } from './conversations/conversations.controller';
import { documentProviders } from './documents/document-providers';
import { DocumentsController } from './documents/documents.controller';
import { FeedbackRepository } from './feedback/feedback-repository';
import { FeedbackService } from './feedback/feedback-service';
import { FeedbackController } from './feedback/feedback.controller';
import { GapRepository } from './gaps/gap-repository';
import { GapService } from './gaps/gap-service';
import { GapsController } from './gaps/gaps.controller';
import { HandoffRepository } from './handoffs/handoff-repository';
import { HandoffService } from './handoffs/handoff-service';
import { HandoffsController } from './handoffs/handoffs.controller';
import { EntryWriter } from './knowledge/entry-writer';
import { KnowledgeDirectory } from './knowledge/knowledge-directory';
import { knowledgeProviders } from './knowledge/knowledge-providers';
import { KnowledgeService } from './knowledge/knowledge-service';
import { KnowledgeTransferController } from './knowledge/knowledge-transfer.controller';
import { KnowledgeController } from './knowledge/knowledge.controller';
import { PhrasingEditor } from './knowledge/phrasing-editor';
import { DialogueModel } from './model/dialogue-model';
import { ConversationEraser } from './privacy/conversation-eraser';
import { ResourcesModule } from './resources/resources.module';
import { EncoderRegistry } from './retrieval/encoder-registry';
import { RankingController } from './retrieval/ranking.controller';
import { Retriever } from './retrieval/retriever';
import { UnderstandingService } from './understanding/understanding-service';
import { UnderstandingController } from './understanding/understanding.controller';

const providers: Provider[] = [
  ...knowledgeProviders,
  ...documentProviders,
  ...conversationProviders,
  made(HandoffRepository, [DATABASE]),
  made(HandoffService, [HandoffRepository, ConversationRepository, DialogueModel, EncoderRegistry, Retriever, KnowledgeDirectory]),
  made(FeedbackRepository, [DATABASE]),
  made(FeedbackService, [FeedbackRepository, PhrasingEditor, EntryWriter]),
  made(GapRepository, [DATABASE]),
  made(GapService, [GapRepository, DialogueModel, EncoderRegistry, PhrasingEditor]),
  made(UnderstandingService, [DialogueModel]),
  made(ConversationEraser, [DATABASE, PhrasingEditor, KnowledgeService]),
];

/** The features of the service. */
@Module({
  imports: [ResourcesModule],
  controllers: [
    // What has a path of its own stands before the entries, whose /:id would take it.
    RankingController,
    KnowledgeTransferController,
    KnowledgeController,
    DocumentsController,
    ConversationsController,
    HandoffsController,
    FeedbackController,
    GapsController,
    UnderstandingController,
    ModelDriftController,
    ModelShadowController,
  ],
  providers,
})
export class AppModule {}
