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
import { EntryRepository } from '../knowledge/entry-repository';
import { KnowledgeDirectory } from '../knowledge/knowledge-directory';
import { assertDialogueModel, DialogueModel, usedModel } from '../model/dialogue-model';
import { EncoderRegistry } from '../retrieval/encoder-registry';
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
    { modelsDirectory, app, precision, inferenceThreads: threads, modelPollMilliseconds: pollMilliseconds }: CustomerServiceConfiguration,
    models: ServedModels,
    encoders: EncoderRegistry,
  ) =>
    new DialogueModel(
      await models.open({
        modelsDirectory,
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

const retrieval: Provider[] = [
  { provide: EntryRepository, inject: [DATABASE], useFactory: (database: Database) => new EntryRepository(database) },
  { provide: VectorIndex, inject: [DATABASE], useFactory: (database: Database) => new VectorIndex(database) },
  {
    provide: EncoderRegistry,
    inject: [DATABASE, VectorIndex, RankingLearner],
    useFactory: (database: Database, vectors: VectorIndex, learner: RankingLearner) => new EncoderRegistry(database, vectors, learner),
  },
  {
    provide: RankingLearner,
    inject: [KnowledgeDirectory, VectorIndex, CONFIGURATION],
    useFactory: (directory: KnowledgeDirectory, vectors: VectorIndex, { answerPrecision }: CustomerServiceConfiguration) =>
      new RankingLearner(directory, vectors, answerPrecision),
  },
  {
    provide: RankingUpkeep,
    inject: [DialogueModel, EncoderRegistry, KnowledgeDirectory, LOGGER, Shutdown],
    useFactory: (model: DialogueModel, encoders: EncoderRegistry, directory: KnowledgeDirectory, logger: Logger, shutdown: Shutdown) => {
      const upkeep = new RankingUpkeep(model, encoders, directory, (err) => logger.warn({ err }, 'the ranking is not up to date'));
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
  providers: [model, knowledge, ...retrieval],
  exports: [DialogueModel, KnowledgeDirectory, EntryRepository, VectorIndex, EncoderRegistry, RankingLearner, Retriever],
})
export class ResourcesModule {}
