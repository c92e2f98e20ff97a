import { join } from 'node:path';
import { ModelStore } from '@attune/artifact';
import { TOPICS, type TopicDefinition } from '@attune/contracts';
import { ModelServer } from '@attune/inference';
import {
  CONFIGURATION,
  DATABASE,
  DatabaseModule,
  EventStreamModule,
  InferenceMetrics,
  LOGGER,
  OutboxModule,
  Readiness,
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
import { Retriever } from '../retrieval/retriever';
import { VectorIndex } from '../retrieval/vector-index';

const SERVICE_TOPICS = [TOPICS.supportConversations] as TopicDefinition[];
const MIGRATIONS = join(__dirname, '../../migrations');
/** How often a process asks whether the knowledge changed elsewhere. */
const KNOWLEDGE_POLL_MS = 100;

const model: Provider = {
  provide: DialogueModel,
  inject: [CONFIGURATION, LOGGER, InferenceMetrics, Readiness, Shutdown, EncoderRegistry],
  useFactory: async (
    { modelsDirectory, app, precision, inferenceThreads: threads, modelPollMilliseconds }: CustomerServiceConfiguration,
    logger: Logger,
    inference: InferenceMetrics,
    readiness: Readiness,
    shutdown: Shutdown,
    encoders: EncoderRegistry,
  ) => {
    const server = await ModelServer.open({
      store: new ModelStore(modelsDirectory),
      app,
      precision,
      pollMilliseconds: modelPollMilliseconds,
      observer: inference.observer(app),
      accept: assertDialogueModel,
      prepare: (served) => encoders.prepare(usedModel(served)),
      ...(threads === undefined ? {} : { threads }),
    });
    inference.watch(app, () => server.load);
    shutdown.add('storage', 'model', () => server.close());
    server.onSwap(({ version }) => logger.info({ version }, 'another version of the model serves'));
    server.onProblem(({ version, error }) => logger.error({ version, err: error }, 'the promoted version cannot serve'));
    readiness.add('model', () => {
      if (!server.ready) throw new Error('it is not loaded');
    });
    return new DialogueModel(server);
  },
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
    inject: [DATABASE, VectorIndex],
    useFactory: (database: Database, vectors: VectorIndex) => new EncoderRegistry(database, vectors),
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
  exports: [DialogueModel, KnowledgeDirectory, EntryRepository, VectorIndex, EncoderRegistry, Retriever],
})
export class ResourcesModule {}
