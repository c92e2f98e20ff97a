import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { wholeNumberOption } from '../option-values';
import { startCustomerService } from '../start/customer-service';
import { startEverything } from '../start/everything';
import { DATA, MODELS } from '../start/places';
import { startRecommender } from '../start/recommender';
import { startSentimentMonitor } from '../start/sentiment-monitor';

/** Above it the ports of the other services would not fit. */
const HIGHEST_PORT = 65_000;

interface StartFlags {
  readonly once?: boolean;
  readonly kafka?: boolean;
  readonly port: number;
  readonly data?: string;
  readonly models?: string;
}

/** Adds `attune start`. */
export function registerStart(program: Command): void {
  program
    .command('start')
    .description('start all services with example heads and example data; or show one of them at work')
    .addArgument(
      new Argument(
        '[service]',
        'sentiment-monitor is played an example stream; customer-service shows predictions; recommender shows the lists of a reader',
      ).choices(['sentiment-monitor', 'customer-service', 'recommender']),
    )
    .option('--once', 'end when everything has been shown (sentiment-monitor: with status 1 where no alert comes)')
    .option('--kafka', 'all services: events over Kafka, the one of KAFKA_BROKERS or one that is started here')
    .option('--port <number>', 'everything: port of the console, the services follow', wholeNumberOption(1, HIGHEST_PORT), 3000)
    .option('--data <folder>', 'all services: where they keep their data (default: data in the checkout)')
    .option('--models <folder>', 'all services: where their heads are kept (default: models in the checkout)')
    .action((service: string | undefined, { once = false, kafka = false, port, data = DATA, models = MODELS }: StartFlags) => {
      if (service === undefined) return startEverything({ port, data: resolve(data), models: resolve(models), kafka, once });
      if (service === 'customer-service') return startCustomerService();
      return service === 'recommender' ? startRecommender({ once }) : startSentimentMonitor({ once });
    });
}
