import { CONFIGURATION, DATABASE, LOGGER, Shutdown, made, type Logger } from '@attune/service-kit';
import type { Database } from '@attune/storage';
import { Module, type Provider } from '@nestjs/common';
import { BehaviourController } from './behaviour/behaviour.controller';
import { BehaviourHandler } from './behaviour/behaviour.handler';
import { BehaviourRepository } from './behaviour/behaviour-repository';
import { BehaviourService } from './behaviour/behaviour-service';
import type { RecommenderConfiguration } from './configuration';
import { ImpressionRepository } from './impressions/impression-repository';
import { ImpressionsController } from './impressions/impressions.controller';
import { OnlineMetricsController } from './impressions/metrics.controller';
import { ItemRepository } from './items/item-repository';
import { ItemService } from './items/item-service';
import { ItemVectors } from './items/item-vectors';
import { ItemsController } from './items/items.controller';
import { ItemsHandler } from './items/items.handler';
import { Arms } from './model/arms';
import { Rankings } from './model/rankings';
import { TextMetrics } from './model/text-metrics';
import { RecommendationService } from './recommendations/recommendation-service';
import { RecommendationsController } from './recommendations/recommendations.controller';
import { ScoreService } from './recommendations/score-service';
import { Housekeeping } from './resources/housekeeping';
import { ResourcesModule } from './resources/resources.module';
import { TrainingFiles } from './training-files/training-files';
import { TrainingFilesController } from './training-files/training-files.controller';
import { UserService } from './users/user-service';
import { UsersController } from './users/users.controller';

const providers: Provider[] = [
  made(ItemService, [DATABASE, ItemRepository, ItemVectors, Rankings]),
  made(ImpressionRepository, [DATABASE]),
  {
    provide: BehaviourService,
    inject: [BehaviourRepository],
    useFactory: (behaviour: BehaviourRepository) => new BehaviourService(behaviour),
  },
  {
    provide: RecommendationService,
    inject: [BehaviourRepository, ImpressionRepository, Arms],
    useFactory: (behaviour: BehaviourRepository, impressions: ImpressionRepository, arms: Arms) =>
      new RecommendationService(behaviour, impressions, arms),
  },
  {
    provide: ScoreService,
    inject: [RecommendationService, Arms],
    useFactory: (recommendations: RecommendationService, arms: Arms) => new ScoreService(recommendations, arms),
  },
  TextMetrics,
  made(TrainingFiles, [DATABASE, ItemRepository]),
  made(UserService, [DATABASE, BehaviourRepository, ImpressionRepository, Arms, Rankings]),
  {
    provide: Housekeeping,
    inject: [DATABASE, ItemVectors, Rankings, CONFIGURATION, LOGGER, Shutdown],
    useFactory: (
      database: Database,
      vectors: ItemVectors,
      rankings: Rankings,
      { retentionDays }: RecommenderConfiguration,
      logger: Logger,
      shutdown: Shutdown,
    ) => {
      const housekeeping = new Housekeeping(database, vectors, rankings, retentionDays, (err) =>
        logger.warn({ err }, 'old rows were not removed'),
      );
      housekeeping.start();
      shutdown.add('work', 'housekeeping', () => housekeeping.stop());
      return housekeeping;
    },
  },
];

/** The features of the service. */
@Module({
  imports: [ResourcesModule],
  controllers: [
    // Before the items, whose /:id would take the path of a search.
    RecommendationsController,
    ItemsController,
    BehaviourController,
    UsersController,
    OnlineMetricsController,
    ImpressionsController,
    TrainingFilesController,
    ItemsHandler,
    BehaviourHandler,
  ],
  providers,
})
export class AppModule {}
