import { CONFIGURATION, DATABASE, LOGGER, Shutdown, made, type Logger } from '@attune/service-kit';
import type { Database } from '@attune/storage';
import type { Provider } from '@nestjs/common';
import { ActionClient } from '../actions/action-client';
import { ConversationFeed } from '../channels/conversation-feed';
import { ConversationGateway } from '../channels/conversation.gateway';
import type { CustomerServiceConfiguration } from '../configuration';
import { PassageAnswers } from '../documents/passage-answers';
import { PassageDirectory } from '../documents/passage-directory';
import { PassageRetriever } from '../documents/passage-retriever';
import { ExternalSearch } from '../external-search/external-search';
import { KnowledgeDirectory } from '../knowledge/knowledge-directory';
import { DialogueModel } from '../model/dialogue-model';
import { ConversationEraser } from '../privacy/conversation-eraser';
import { Housekeeping } from '../resources/housekeeping';
import { EncoderRegistry } from '../retrieval/encoder-registry';
import { Retriever } from '../retrieval/retriever';
import { VectorIndex } from '../retrieval/vector-index';
import { AbandonedTurns } from './abandoned-turns';
import { ConversationRepository } from './conversation-repository';
import { ConversationService } from './conversation-service';
import { QuestionSearch } from './question-search';
import { TurnEngine } from './turn-engine';

/** Choices that a clarifying question offers at most. */
const ALTERNATIVES = 3;
/** Strongly angry messages, of the last three, after which a person takes over. */
const ANGRY_MESSAGES = 2;

const turnEngine: Provider = {
  provide: TurnEngine,
  inject: [DialogueModel, EncoderRegistry, QuestionSearch, ExternalSearch, KnowledgeDirectory, ActionClient, CONFIGURATION],
  useFactory: (
    model: DialogueModel,
    encoders: EncoderRegistry,
    search: QuestionSearch,
    external: ExternalSearch,
    directory: KnowledgeDirectory,
    actions: ActionClient,
    { personIntents, unsureTurns, strongAnger }: CustomerServiceConfiguration,
  ) => {
    const settings = { unsureTurns, strongAnger, personIntents, alternatives: ALTERNATIVES, angryMessages: ANGRY_MESSAGES };
    return new TurnEngine(model, encoders, search, external, directory, actions, settings);
  },
};

const externalSearch: Provider = {
  provide: ExternalSearch,
  inject: [CONFIGURATION, LOGGER],
  useFactory: (
    { searchUrl: url, searchToken: token, searchTimeoutMilliseconds, searchRetries: retries }: CustomerServiceConfiguration,
    logger: Logger,
  ) => {
    const options = url === undefined ? undefined : { url, token, timeoutMilliseconds: searchTimeoutMilliseconds, retries };
    return new ExternalSearch(options, (err) => logger.warn({ err }, 'the external search failed, and was done without'));
  },
};

const conversationFeed: Provider = {
  provide: ConversationFeed,
  inject: [DATABASE, ConversationRepository, LOGGER, Shutdown],
  useFactory: async (database: Database, repository: ConversationRepository, logger: Logger, shutdown: Shutdown) => {
    const feed = new ConversationFeed(database, repository, (err) => logger.warn({ err }, 'conversations cannot be followed'));
    await feed.start();
    shutdown.add('work', 'conversation feed', () => feed.stop());
    return feed;
  },
};

const abandonedTurns: Provider = {
  provide: AbandonedTurns,
  inject: [ConversationRepository, ConversationService, LOGGER, Shutdown],
  useFactory: (repository: ConversationRepository, conversations: ConversationService, logger: Logger, shutdown: Shutdown) => {
    const abandoned = new AbandonedTurns(repository, conversations, (err) => logger.warn({ err }, 'a message waits for its answer'));
    abandoned.start();
    shutdown.add('work', 'abandoned turns', () => abandoned.stop());
    return abandoned;
  },
};

const housekeeping: Provider = {
  provide: Housekeeping,
  inject: [DATABASE, ConversationEraser, VectorIndex, EncoderRegistry, DialogueModel, CONFIGURATION, LOGGER, Shutdown],
  useFactory: (
    database: Database,
    eraser: ConversationEraser,
    vectors: VectorIndex,
    encoders: EncoderRegistry,
    model: DialogueModel,
    { retentionDays }: CustomerServiceConfiguration,
    logger: Logger,
    shutdown: Shutdown,
  ) => {
    const touch = (): Promise<void> => model.using((used) => encoders.touch(used));
    const keeper = new Housekeeping(database, eraser, vectors, touch, retentionDays, (err) =>
      logger.warn({ err }, 'old rows were not removed'),
    );
    keeper.start();
    shutdown.add('work', 'housekeeping', () => keeper.stop());
    return keeper;
  },
};

/** What leads conversations. */
export const conversationProviders: readonly Provider[] = [
  made(ConversationRepository, [DATABASE]),
  made(PassageAnswers, [PassageDirectory, PassageRetriever]),
  made(QuestionSearch, [Retriever, PassageAnswers]),
  externalSearch,
  turnEngine,
  made(ConversationService, [ConversationRepository, TurnEngine]),
  conversationFeed,
  ConversationGateway,
  abandonedTurns,
  housekeeping,
];
