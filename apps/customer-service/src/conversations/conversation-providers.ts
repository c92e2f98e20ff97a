import { CONFIGURATION, DATABASE } from '@attune/service-kit';
import type { Provider } from '@nestjs/common';
import { ActionClient } from '../actions/action-client';
import type { CustomerServiceConfiguration } from '../configuration';
import { KnowledgeDirectory } from '../knowledge/knowledge-directory';
import { DialogueModel } from '../model/dialogue-model';
import { made } from '../resources/made';
import { EncoderRegistry } from '../retrieval/encoder-registry';
import { Retriever } from '../retrieval/retriever';
import { ConversationRepository } from './conversation-repository';
import { ConversationService } from './conversation-service';
import { TurnEngine } from './turn-engine';

/** Choices that a clarifying question offers at most. */
const ALTERNATIVES = 3;
/** Strongly angry messages, of the last three, after which a person takes over. */
const ANGRY_MESSAGES = 2;

const turnEngine: Provider = {
  provide: TurnEngine,
  inject: [DialogueModel, EncoderRegistry, Retriever, KnowledgeDirectory, ActionClient, CONFIGURATION],
  useFactory: (
    model: DialogueModel,
    encoders: EncoderRegistry,
    retriever: Retriever,
    directory: KnowledgeDirectory,
    actions: ActionClient,
    { personIntents, unsureTurns, strongAnger }: CustomerServiceConfiguration,
  ) => {
    const settings = { unsureTurns, strongAnger, personIntents, alternatives: ALTERNATIVES, angryMessages: ANGRY_MESSAGES };
    return new TurnEngine(model, encoders, retriever, directory, actions, settings);
  },
};

/** What leads conversations. */
export const conversationProviders: readonly Provider[] = [
  made(ConversationRepository, [DATABASE]),
  turnEngine,
  made(ConversationService, [ConversationRepository, TurnEngine]),
];
