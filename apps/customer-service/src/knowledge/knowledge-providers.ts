import { CONFIGURATION, DATABASE, LOGGER, made, type Logger } from '@attune/service-kit';
import type { Provider } from '@nestjs/common';
import { ActionClient } from '../actions/action-client';
import { readActions } from '../actions/action-configuration';
import type { CustomerServiceConfiguration } from '../configuration';
import { DialogueModel } from '../model/dialogue-model';
import { EncoderRegistry } from '../retrieval/encoder-registry';
import { Retriever } from '../retrieval/retriever';
import { VectorIndex } from '../retrieval/vector-index';
import { EntryRepository } from './entry-repository';
import { EntryWriter } from './entry-writer';
import { KnowledgeDirectory } from './knowledge-directory';
import { KnowledgeImport } from './knowledge-import';
import { KnowledgeService } from './knowledge-service';
import { PhrasingEditor } from './phrasing-editor';

/** What keeps the knowledge. */
export const knowledgeProviders: readonly Provider[] = [
  {
    provide: ActionClient,
    inject: [CONFIGURATION, LOGGER],
    useFactory: ({ actionsFile }: CustomerServiceConfiguration, logger: Logger) =>
      new ActionClient(readActions(actionsFile), (action, err) => logger.warn({ action, err }, 'an action failed, and was done without')),
  },
  made(EntryWriter, [DATABASE, EntryRepository, KnowledgeDirectory, DialogueModel, EncoderRegistry, VectorIndex]),
  made(PhrasingEditor, [EntryRepository, EntryWriter]),
  made(KnowledgeImport, [EntryRepository, EntryWriter, ActionClient]),
  made(KnowledgeService, [EntryRepository, EntryWriter, KnowledgeDirectory, DialogueModel, EncoderRegistry, Retriever, ActionClient]),
];
