import { Argument, type Command } from 'commander';
import { startCustomerService } from '../start/customer-service';
import { startSentimentMonitor } from '../start/sentiment-monitor';

/** Adds `attune start`. */
export function registerStart(program: Command): void {
  program
    .command('start')
    .description('train the example head of a service unless there is one, and show the service at work')
    .addArgument(
      new Argument('[service]', 'sentiment-monitor runs and is played an example stream; customer-service shows predictions')
        .choices(['sentiment-monitor', 'customer-service'])
        .default('sentiment-monitor'),
    )
    .option('--once', 'end after the alert: with status 0, or with 1 where none comes')
    .action((service: string, { once = false }: { once?: boolean }) =>
      service === 'customer-service' ? startCustomerService() : startSentimentMonitor({ once }),
    );
}
