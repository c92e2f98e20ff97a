import { join } from 'node:path';
import { TOPICS, type TopicDefinition } from '@attune/contracts';
import {
  CONFIGURATION,
  DATABASE,
  DatabaseModule,
  EventStreamModule,
  LOGGER,
  OutboxModule,
  ServedModels,
  Shutdown,
  type Logger,
} from '@attune/service-kit';
import type { Database } from '@attune/storage';
import { Global, Module, type Provider } from '@nestjs/common';
import type { CustomerServiceConfiguration } from '../configuration';
import { DocumentRepository } from '../documents/document-repository';
import { PassageDirectory } from '../documents/passage-directory';
import { PassageRetriever } from '../documents/passage-retriever';
import { EntryRepository } from '../knowledge/entry-repository';
import { KnowledgeDirectory } from '../knowledge/knowledge-directory';
import { assertDialogueModel, DialogueModel, usedModel } from '../model/dialogue-model';
import { EncoderRegistry } from '../retrieval/encoder-registry';
import { PassageLearner } from '../retrieval/passage-learner';
import { PassageUpkeep } from '../retrieval/passage-upkeep';
import { PassageVectors } from '../retrieval/passage-vectors';
import { RankingLearner } from '../retrieval/ranking-learner';
import { RankingUpkeep } from '../retrieval/ranking-upkeep';
import { Retriever } from '../retrieval/retriever';
import { VectorIndex } from '../retrieval/vector-index';

const SERVICE_TOPICS = [TOPICS.supportConversations] as TopicDefinition[];
const MIGRATIONS = join(__dirname, '../../migrations');
/** How often a process asks whether the knowledge changed elsewhere. */
const KNOWLEDGE_POLL_MS = 100;

const model: Provider = {
  provide: DialogueModel,
  inject: [CONFIGURATION, ServedModels, EncoderRegistry],
  useFactory: async (
    { app, precision, inferenceThreads: threads, modelPollMilliseconds: pollMilliseconds }: CustomerServiceConfiguration,
    models: ServedModels,
    encoders: EncoderRegistry,
  ) =>
    new DialogueModel(
      await models.open({
        app,
        precision,
        pollMilliseconds,
        accept: assertDialogueModel,
        prepare: (served) => encoders.prepare(usedModel(served)),
        ...(threads === undefined ? {} : { threads }),
      }),
    ),
};

const knowledge: Provider = {
  provide: KnowledgeDirectory,
  inject: [EntryRepository, LOGGER, Shutdown],
  useFactory: async (repository: EntryRepository, logger: Logger, shutdown: Shutdown) => {
    const opened = new KnowledgeDirectory(repository, (err) => logger.warn({ err }, 'the knowledge cannot be read'));
    await opened.start(KNOWLEDGE_POLL_MS);
    shutdown.add('work', 'knowledge', () => opened.stop());
    return opened;
  },
};

const documents: Provider[] = [
  { provide: DocumentRepository, inject: [DATABASE], useFactory: (database: Database) => new DocumentRepository(database) },
  {
    provide: PassageVectors,
    inject: [DATABASE, PassageDirectory],
    useFactory: (database: Database, directory: PassageDirectory) => new PassageVectors(database, directory),
  },
  {
    provide: PassageDirectory,
    inject: [DocumentRepository, LOGGER, Shutdown],
    useFactory: async (repository: DocumentRepository, logger: Logger, shutdown: Shutdown) => {
      const opened = new PassageDirectory(repository, (err) => logger.warn({ err }, 'the documents cannot be read'));
      await opened.start(KNOWLEDGE_POLL_MS);
      shutdown.add('work', 'documents', () => opened.stop());
      return opened;
    },
  },
  {
    provide: PassageUpkeep,
    inject: [DATABASE, PassageVectors, PassageDirectory, CONFIGURATION],
    useFactory: (
      database: Database,
      vectors: PassageVectors,
      directory: PassageDirectory,
      { answerPrecision }: CustomerServiceConfiguration,
    ) => new PassageUpkeep(database, vectors, new PassageLearner(directory, vectors, answerPrecision)),
  },
  {
    provide: PassageRetriever,
    inject: [PassageDirectory, PassageVectors],
    useFactory: (directory: PassageDirectory, vectors: PassageVectors) => new PassageRetriever(directory, vectors),
  },
];

const retrieval: Provider[] = [
  { provide: EntryRepository, inject: [DATABASE], useFactory: (database: Database) => new EntryRepository(database) },
  {
    provide: VectorIndex,
    inject: [DATABASE, KnowledgeDirectory],
    useFactory: (database: Database, directory: KnowledgeDirectory) => new VectorIndex(database, directory),
  },
  {
    provide: EncoderRegistry,
    inject: [DATABASE, VectorIndex, PassageUpkeep, RankingLearner],
    useFactory: (database: Database, vectors: VectorIndex, passages: PassageUpkeep, learner: RankingLearner) =>
      new EncoderRegistry(database, vectors, passages, learner),
  },
  {
    provide: RankingLearner,
    inject: [KnowledgeDirectory, VectorIndex, CONFIGURATION],
    useFactory: (directory: KnowledgeDirectory, vectors: VectorIndex, { answerPrecision }: CustomerServiceConfiguration) =>
      new RankingLearner(directory, vectors, answerPrecision),
  },
  {
    provide: RankingUpkeep,
    inject: [DialogueModel, EncoderRegistry, KnowledgeDirectory, PassageDirectory, LOGGER, Shutdown],
    useFactory: (
      model: DialogueModel,
      encoders: EncoderRegistry,
      knowledge: KnowledgeDirectory,
      passages: PassageDirectory,
      logger: Logger,
      shutdown: Shutdown,
    ) => {
      const upkeep = new RankingUpkeep(model, encoders, [knowledge, passages], (err) =>
        logger.warn({ err }, 'the ranking is not up to date'),
      );
      upkeep.start();
      shutdown.add('work', 'ranking', () => upkeep.stop());
      return upkeep;
    },
  },
  {
    provide: Retriever,
    inject: [KnowledgeDirectory, VectorIndex],
    useFactory: (directory: KnowledgeDirectory, vectors: VectorIndex) => new Retriever(directory, vectors),
  },
];

/** What the features stand on: database, event stream, outbox, model, knowledge. */
@Global()
@Module({
  imports: [
    DatabaseModule.forService({ folder: join('data', 'customer-service'), migrations: [MIGRATIONS], vectors: true, poolSize: 20 }),
    EventStreamModule.forService({ topics: SERVICE_TOPICS, clientId: 'attune-customer-service' }),
    OutboxModule.forService(),
  ],
  providers: [model, knowledge, ...documents, ...retrieval],
  exports: [
    DialogueModel,
    KnowledgeDirectory,
    EntryRepository,
    VectorIndex,
    EncoderRegistry,
    RankingLearner,
    Retriever,
    DocumentRepository,
    PassageDirectory,
    PassageRetriever,
    PassageVectors,
  ],
})
export class ResourcesModule {}
