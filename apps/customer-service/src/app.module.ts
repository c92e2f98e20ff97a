import { CONFIGURATION, DATABASE, LOGGER, type Logger } from '@attune/service-kit';
import type { Database } from '@attune/storage';
import { Module, type Provider } from '@nestjs/common';
import { ActionClient } from './actions/action-client';
import { readActions } from './actions/action-configuration';
import type { CustomerServiceConfiguration } from './configuration';
import { ConversationRepository } from './conversations/conversation-repository';
import { ConversationService } from './conversations/conversation-service';
import { ConversationsController } from './conversations/conversations.controller';
import { TurnEngine } from './conversations/turn-engine';
import { HandoffRepository } from './handoffs/handoff-repository';
import { HandoffService } from './handoffs/handoff-service';
import { HandoffsController } from './handoffs/handoffs.controller';
import { EntryRepository } from './knowledge/entry-repository';
import { KnowledgeDirectory } from './knowledge/knowledge-directory';
import { KnowledgeService } from './knowledge/knowledge-service';
import { KnowledgeController } from './knowledge/knowledge.controller';
import { DialogueModel } from './model/dialogue-model';
import { ResourcesModule } from './resources/resources.module';
import { EncoderRegistry } from './retrieval/encoder-registry';
import { Retriever } from './retrieval/retriever';
import { VectorIndex } from './retrieval/vector-index';

/** Choices that a clarifying question offers at most. */
const ALTERNATIVES = 3;
/** Strongly angry messages, of the last three, after which a person takes over. */
const ANGRY_MESSAGES = 2;

const providers: Provider[] = [
  {
    provide: ActionClient,
    inject: [CONFIGURATION, LOGGER],
    useFactory: ({ actionsFile }: CustomerServiceConfiguration, logger: Logger) =>
      new ActionClient(readActions(actionsFile), (action, err) => logger.warn({ action, err }, 'an action failed, and was done without')),
  },
  {
    provide: KnowledgeService,
    inject: [DATABASE, EntryRepository, KnowledgeDirectory, DialogueModel, EncoderRegistry, VectorIndex, Retriever, ActionClient],
    useFactory: (...parts: ConstructorParameters<typeof KnowledgeService>) => new KnowledgeService(...parts),
  },
  { provide: ConversationRepository, inject: [DATABASE], useFactory: (database: Database) => new ConversationRepository(database) },
  {
    provide: TurnEngine,
    inject: [DialogueModel, EncoderRegistry, Retriever, KnowledgeDirectory, ActionClient, CONFIGURATION],
    useFactory: (
      model: DialogueModel,
      encoders: EncoderRegistry,
      retriever: Retriever,
      directory: KnowledgeDirectory,
      actions: ActionClient,
      { personIntents, unsureTurns, strongAnger }: CustomerServiceConfiguration,
    ) =>
      new TurnEngine(model, encoders, retriever, directory, actions, {
        thresholds: { answer: 0.6, clarify: 0.6 },
        unsureTurns,
        strongAnger,
        personIntents,
        alternatives: ALTERNATIVES,
        angryMessages: ANGRY_MESSAGES,
      }),
  },
  {
    provide: ConversationService,
    inject: [ConversationRepository, TurnEngine],
    useFactory: (repository: ConversationRepository, engine: TurnEngine) => new ConversationService(repository, engine),
  },
  { provide: HandoffRepository, inject: [DATABASE], useFactory: (database: Database) => new HandoffRepository(database) },
  {
    provide: HandoffService,
    inject: [HandoffRepository, ConversationRepository, DialogueModel, EncoderRegistry, Retriever, KnowledgeDirectory],
    useFactory: (...parts: ConstructorParameters<typeof HandoffService>) => new HandoffService(...parts),
  },
];

/** The features of the service. */
@Module({ imports: [ResourcesModule], controllers: [KnowledgeController, ConversationsController, HandoffsController], providers })
export class AppModule {}
