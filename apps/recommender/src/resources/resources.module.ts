import { join } from 'node:path';
import { TOPICS, type TopicDefinition } from '@attune/contracts';
import {
  CONFIGURATION,
  DATABASE,
  DatabaseModule,
  EventStreamModule,
  LOGGER,
  ServedModels,
  Shutdown,
  made,
  type Logger,
} from '@attune/service-kit';
import type { Database } from '@attune/storage';
import { Global, Module, type Provider } from '@nestjs/common';
import { BehaviourRepository } from '../behaviour/behaviour-repository';
import type { RecommenderConfiguration } from '../configuration';
import { ItemRepository } from '../items/item-repository';
import { ItemVectors } from '../items/item-vectors';
import { Arms } from '../model/arms';
import { assertRankingModel, Rankings } from '../model/rankings';

const SERVICE_TOPICS = [TOPICS.catalogItems, TOPICS.behaviourEvents] as TopicDefinition[];
const MIGRATIONS = join(__dirname, '../../migrations');

const rankings: Provider = {
  provide: Rankings,
  inject: [DATABASE, ItemRepository, ItemVectors, BehaviourRepository, CONFIGURATION, LOGGER, Shutdown],
  useFactory: (
    database: Database,
    items: ItemRepository,
    vectors: ItemVectors,
    behaviour: BehaviourRepository,
    { precision }: RecommenderConfiguration,
    logger: Logger,
    shutdown: Shutdown,
  ) => {
    const opened = new Rankings({ database, items, vectors, behaviour }, precision, (err) =>
      logger.warn({ err }, 'the catalogue or what people do cannot be followed'),
    );
    shutdown.add('work', 'rankings', () => opened.stop());
    return opened;
  },
};

const arms: Provider = {
  provide: Arms,
  inject: [CONFIGURATION, ServedModels, Rankings],
  useFactory: async (
    {
      app,
      otherApp,
      shareOfOther,
      precision,
      inferenceThreads: threads,
      modelPollMilliseconds: pollMilliseconds,
    }: RecommenderConfiguration,
    models: ServedModels,
    ready: Rankings,
  ) => {
    const open = async (name: string) => {
      const server = await models.open({
        app: name,
        precision,
        pollMilliseconds,
        accept: (stored) => {
          assertRankingModel(stored);
          ready.begin(name, stored);
        },
        prepare: (served) => ready.prepare(name, served),
        ...(threads === undefined ? {} : { threads }),
      });
      server.onSwap((serving) => ready.retire(name, serving));
      return server;
    };
    const a = await open(app);
    return new Arms(a, otherApp === undefined ? undefined : await open(otherApp), shareOfOther, ready);
  },
};

/** What the features stand on: database, event stream, catalogue, rankings. */
@Global()
@Module({
  imports: [
    DatabaseModule.forService({ folder: join('data', 'recommender'), migrations: [MIGRATIONS], vectors: true, poolSize: 20 }),
    EventStreamModule.forService({ topics: SERVICE_TOPICS, clientId: 'attune-recommender' }),
  ],
  providers: [made(ItemRepository, [DATABASE]), made(ItemVectors, [DATABASE]), made(BehaviourRepository, [DATABASE]), rankings, arms],
  exports: [ItemRepository, ItemVectors, BehaviourRepository, Rankings, Arms],
})
export class ResourcesModule {}
