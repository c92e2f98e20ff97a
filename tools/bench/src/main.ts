import { existsSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { compareDetection } from './detection/compare-detection';
import { simulateSurges } from './detection/simulate-surges';
import { benchmarkDialogue, type DialogueBenchmarkOptions } from './dialogue/benchmark-dialogue';
import { registerLearning } from './learning/register-learning';
import { comparePrediction } from './prediction/compare-prediction';
import { registerPretraining } from './pretraining/register-pretraining';
import { measureCollaborative, type CollaborativeMeasurementOptions } from './ranking/measure-collaborative';
import { measurePassages, type PassageMeasurementOptions } from './passages/measure-passages';
import { measureRanking, TOWERS, type RankingMeasurementOptions } from './ranking/measure-ranking';
import { benchmarkBusyUser, type BusyUserOptions } from './recommendation/benchmark-busy-user';
import { benchmarkRecommendation, type RecommendationBenchmarkOptions } from './recommendation/benchmark-recommendation';
import { tradeDiversity, type DiversityTradeOptions } from './recommendation/trade-diversity';
import { compareRetrieval, type RetrievalComparisonOptions } from './retrieval/compare-retrieval';
import { benchmarkScale, SCALE_PARTS, type ScaleBenchmarkOptions } from './scale/benchmark-scale';
import { compareServing, type ServingComparisonOptions } from './serving/compare-serving';
import { compareSteps } from './steps/compare-steps';
import { runProgram } from './run-program';
import { shownCommand } from './shown-command';
import { compareTraining } from './training/compare-training';
import { benchmarkStream, type StreamBenchmarkOptions } from './stream/benchmark-stream';
import { measureWatchMatching } from './watches/measure-watch-matching';
import { formatTable, writeResult, type Result } from './write-result';

const ROOT = join(__dirname, '../../..');

interface CommonOptions {
  python: string;
  out: string;
  work: string;
  rounds: number;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('A whole number of at least 1 is needed.');
  return value;
}

function wholeNumberOrNone(text: string): number {
  return text === '0' ? 0 : wholeNumber(text);
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber);
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('A number above 0 is needed.');
  return value;
}

function addComparison(program: Command, name: string, description: string, rounds: number): Command {
  return program
    .command(name)
    .description(description)
    .option('--python <program>', 'interpreter with what the peer needs', 'python3')
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .option('--work <folder>', 'for converted data and models', join(tmpdir(), 'attune-bench'))
    .addOption(new Option('--rounds <n>', 'times that each side takes its turn').argParser(wholeNumber).default(rounds));
}

/** Prints a result and writes its page. */
async function publish(result: Result, folder: string): Promise<void> {
  console.log(`${result.title}\n\n${formatTable(result.columns, result.rows)}\n`);
  console.log(`Written to ${await writeResult(folder, result)}`);
}

/** The encoder's folder, for programs that take nothing else. */
async function encoderFolder(reference: string): Promise<string> {
  if (existsSync(reference)) return resolve(reference);
  const { loadEncoder } = await import('@attune/finetune');
  return (await loadEncoder(reference)).directory;
}

function say(message: string): void {
  console.error(message);
}

function createProgram(args: readonly string[]): Command {
  const program = new Command('bench').description(
    'Compare this project with what it would otherwise be: both sides in one run, in turns, as a ratio.',
  );
  const command = shownCommand('npm run bench --', args, ROOT);
  const withEncoder = (comparison: Command): Command =>
    comparison.option('--encoder <name|folder>', 'encoder of both sides', 'all-MiniLM-L6-v2');
  const withThreads = (comparison: Command): Command =>
    comparison.addOption(new Option('--threads <n>', 'threads of each side').argParser(wholeNumber).default(2));

  withThreads(withEncoder(addComparison(program, 'steps', 'one training step, against PyTorch', 10))).action(
    async (options: CommonOptions & { encoder: string; threads: number }) => {
      const onRound = (round: number): void => say(round === 0 ? 'warming up' : `round ${round} of ${options.rounds}`);
      const encoder = await encoderFolder(options.encoder);
      await publish(await compareSteps({ ...options, encoder, onRound, command }), options.out);
    },
  );

  withEncoder(addComparison(program, 'training', 'file to exported model on BANKING77, against Hugging Face Trainer', 1))
    .option('--peers <folder>', 'folder of hf_trainer.py and to_jsonl.py', join(ROOT, '../shared/peers'))
    .option('--config <head.yaml>', "this project's configuration; without it, the same numbers as the Trainer")
    .addOption(new Option('--epochs <n>', 'of the Trainer').argParser(positiveNumber).default(8))
    .addOption(new Option('--learning-rate <x>', 'of the Trainer').argParser(positiveNumber).default(1e-4))
    .addOption(new Option('--batch-size <n>', 'of the Trainer').argParser(wholeNumber).default(32))
    .action(
      async (
        options: CommonOptions & {
          encoder: string;
          peers: string;
          config?: string;
          epochs: number;
          learningRate: number;
          batchSize: number;
        },
      ) => {
        const encoder = await encoderFolder(options.encoder);
        await publish(await compareTraining({ ...options, encoder, onRun: say, command }), options.out);
      },
    );

  addComparison(program, 'prediction', 'labels of short texts, against Python transformers', 3)
    .requiredOption('--model <folder>', 'head that attune train wrote')
    .requiredOption('--texts <file.jsonl>', 'rows with a text, as JSON lines')
    .addOption(new Option('--limit <n>', 'texts that are taken').argParser(wholeNumber).default(10_000))
    .action(async (options: CommonOptions & { model: string; texts: string; limit: number }) => {
      const threads = availableParallelism();
      await publish(await comparePrediction({ ...options, threads, onRun: say, command }), options.out);
    });

  addComparison(program, 'serving', 'POST /v1/sentiment, against FastAPI with ONNX Runtime', 5)
    .requiredOption('--models <folder>', 'model store with a promoted sentiment head')
    .requiredOption('--texts <file.jsonl>', 'rows with a text, as JSON lines')
    .addOption(new Option('--limit <n>', 'texts that are taken').argParser(wholeNumber).default(5_000))
    .addOption(new Option('--connections <n>', 'requests in flight').argParser(wholeNumber).default(64))
    .addOption(new Option('--seconds <n>', 'of load a turn').argParser(wholeNumber).default(6))
    .option('--profile <folder>', 'leave CPU profiles of the service there')
    .action(async (options: CommonOptions & Omit<ServingComparisonOptions, 'onRun' | 'command'>) => {
      await publish(await compareServing({ ...options, onRun: say, command }), options.out);
    });
  program
    .command('stream')
    .description('the sentiment monitor from Kafka to Kafka, against the bare inference of the same texts')
    .requiredOption('--models <folder>', 'model store with a promoted sentiment head')
    .requiredOption('--stocknet <folder>', 'folder with tweets.jsonl.gz and StockTable')
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .option('--work <folder>', 'for the data of Kafka and PostgreSQL', join(tmpdir(), 'attune-bench'))
    .addOption(new Option('--documents <n>', 'played in at full load').argParser(wholeNumber).default(40_000))
    .addOption(new Option('--past-documents <n>', 'played in with their own dates; 0: none').argParser(wholeNumberOrNone).default(10_000))
    .addOption(new Option('--alerts <n>', 'provoked at half load; 0: none').argParser(wholeNumberOrNone).default(300))
    .addOption(new Option('--alert-seconds <n>', 'over which they are provoked').argParser(wholeNumber).default(180))
    .addOption(new Option('--soak-minutes <n>', 'at full load, for the memory').argParser(wholeNumberOrNone).default(0))
    .option('--profile <folder>', 'leave CPU profiles of the service at full load there')
    .action(async (options: Omit<StreamBenchmarkOptions, 'onRun' | 'command'> & { out: string }) => {
      await publish(await benchmarkStream({ ...options, onRun: say, command }), options.out);
    });
  program
    .command('detection')
    .description('surges in tweet volumes, by the score of the Numenta Anomaly Benchmark')
    .requiredOption('--nab <folder>', 'folder with windows.json and the series that it names')
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .action(async (options: { nab: string; out: string }) => {
      await publish(await compareDetection({ ...options, onRun: say, command }), options.out);
    });
  program
    .command('watch-matching')
    .description('what a document costs beside the head, by the number of watches')
    .requiredOption('--stocknet <folder>', 'folder with tweets.jsonl.gz and StockTable')
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .addOption(new Option('--limit <n>', 'documents that are taken').argParser(wholeNumber).default(20_000))
    .addOption(new Option('--rounds <n>', 'times that each part takes its turn').argParser(wholeNumber).default(3))
    .action(async (options: { stocknet: string; out: string; limit: number; rounds: number }) => {
      await publish(await measureWatchMatching({ ...options, onRun: say, command }), options.out);
    });
  program
    .command('surges')
    .description('false alarms, recall and delay of alerts on simulated news with surges')
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .addOption(new Option('--watches <n>', 'whose noise is looked at').argParser(wholeNumber).default(10))
    .addOption(new Option('--surges <n>', 'of each kind').argParser(wholeNumber).default(60))
    .action(async (options: { out: string; watches: number; surges: number }) => {
      await publish(simulateSurges({ ...options, onRun: say, command }), options.out);
    });
  withEncoder(
    program.command('retrieval').description('the entry of a question on StackFAQ, by each way of searching and by what merges them'),
  )
    .requiredOption('--stackfaq <file>', 'stackExchange-FAQ.json')
    .option('--config <head.yaml>', 'of the matching task that fine-tunes the encoder', join(ROOT, 'tools/bench/heads/stackfaq.yaml'))
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .option('--work <folder>', 'for rows and models; those that are there are used', join(tmpdir(), 'attune-bench'))
    .option('--pretrained-only', 'fine-tune nothing')
    .addOption(new Option('--precision <name>', 'of the vectors').choices(['int8', 'fp32']).default('int8'))
    .action(async (options: Omit<RetrievalComparisonOptions, 'onRun' | 'command'> & { out: string }) => {
      await publish(await compareRetrieval({ ...options, onRun: say, command }), options.out);
    });
  withEncoder(program.command('passages').description('answers of documents that are too few to learn from, by the default weights'))
    .requiredOption('--models <folder>', 'model store with a promoted head of the customer service')
    .option('--head <folder>', 'with the example knowledge of that head', join(ROOT, 'apps/customer-service/head'))
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .option('--work <folder>', 'for the exported encoder', join(tmpdir(), 'attune-bench'))
    .action(async (options: Omit<PassageMeasurementOptions, 'onRun' | 'command'> & { out: string }) => {
      await publish(await measurePassages({ ...options, onRun: say, command }), options.out);
    });
  withEncoder(program.command('ranking').description('films of MovieLens for users, by each text tower, beside simple ways of ranking'))
    .requiredOption('--movielens <folder>', 'folder with ratings.csv, movies.csv and tags.csv')
    .addOption(new Option('--seeds <n>', 'times that each is trained').argParser(wholeNumber).default(3))
    .addOption(new Option('--fine-tuned-seeds <n>', 'times for the tower that is fine-tuned').argParser(wholeNumber).default(1))
    .addOption(new Option('--towers <names...>', 'text towers').choices(TOWERS).default([...TOWERS]))
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .option('--work <folder>', 'for rows and models; runs that are there are taken', join(tmpdir(), 'attune-bench'))
    .action(async (options: Omit<RankingMeasurementOptions, 'onRun' | 'command' | 'seeds'> & { seeds: number; out: string }) => {
      const seeds = Array.from({ length: options.seeds }, (_, at) => 42 + at);
      await publish(await measureRanking({ ...options, seeds, onRun: say, command }), options.out);
    });
  program
    .command('collaborative')
    .description('what collaborative weights of large catalogues cost to find')
    .addOption(new Option('--items <n,…>', 'sizes of the catalogues').argParser(wholeNumbers).default([25_000, 50_000]))
    .addOption(new Option('--users <n>', 'whose behaviour is made up').argParser(wholeNumber).default(50_000))
    .addOption(new Option('--events <n>', 'of each user').argParser(wholeNumber).default(30))
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .action(async (options: Omit<CollaborativeMeasurementOptions, 'onRun' | 'command'> & { out: string }) => {
      await publish(await measureCollaborative({ ...options, onRun: say, command }), options.out);
    });
  program
    .command('dialogue')
    .description('conversations with the customer service: how quickly it replies, how often, and when a write is found')
    .requiredOption('--models <folder>', 'model store with a promoted head of the customer service')
    .addOption(new Option('--database <name>', 'what it keeps its data in').choices(['postgresql', 'embedded']).default('postgresql'))
    .addOption(new Option('--entries <n>', 'of the knowledge, at most 10,000').argParser(wholeNumber).default(10_000))
    .addOption(new Option('--conversations <n>', 'in flight').argParser(wholeNumber).default(32))
    .addOption(new Option('--seconds <n>', 'of load').argParser(wholeNumber).default(20))
    .addOption(new Option('--rate <n>', 'messages a second').argParser(positiveNumber).default(155))
    .addOption(new Option('--writes <n>', 'until searchable').argParser(wholeNumber).default(30))
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .option('--work <folder>', 'for the data of the database; knowledge that is there is used', join(tmpdir(), 'attune-bench'))
    .option('--profile <folder>', 'leave CPU profiles of the service there')
    .action(async (options: Omit<DialogueBenchmarkOptions, 'onRun' | 'command'> & { out: string }) => {
      await publish(await benchmarkDialogue({ ...options, onRun: say, command }), options.out);
    });
  program
    .command('recommendation')
    .description('lists of a large catalogue while events come in, on PostgreSQL')
    .requiredOption('--encoder <folder>', 'an encoder that `attune export --model all-MiniLM-L6-v2` wrote')
    .addOption(new Option('--items <n>', 'of the catalogue, at most 100,000').argParser(wholeNumber).default(100_000))
    .addOption(new Option('--events <n>', 'a second').argParser(positiveNumber).default(1_000))
    .addOption(new Option('--rate <n>', 'requests a second').argParser(positiveNumber).default(20))
    .addOption(new Option('--seconds <n>', 'of load a turn').argParser(wholeNumber).default(20))
    .option('--kafka', 'measure again with events that come in over Kafka', false)
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .option('--work <folder>', 'for models and the data of the database; a catalogue that is there is used', join(tmpdir(), 'attune-bench'))
    .option('--profile <folder>', 'leave CPU profiles of the service there')
    .action(async (options: Omit<RecommendationBenchmarkOptions, 'onRun' | 'command'> & { out: string }) => {
      await publish(await benchmarkRecommendation({ ...options, onRun: say, command }), options.out);
    });
  program
    .command('busy-user')
    .description('what a user of very many events costs, on PostgreSQL')
    .requiredOption('--encoder <folder>', 'an encoder that `attune export --model all-MiniLM-L6-v2` wrote')
    .addOption(new Option('--events <n>', 'of the user').argParser(wholeNumber).default(1_000_000))
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .option('--work <folder>', 'for models, rows and the data of the database', join(tmpdir(), 'attune-bench'))
    .action(async (options: Omit<BusyUserOptions, 'onRun' | 'command'> & { out: string }) => {
      await publish(await benchmarkBusyUser({ ...options, onRun: say, command }), options.out);
    });
  program
    .command('scale')
    .description('all three services on one Kafka and one PostgreSQL: one, two and three instances of each, and through a busy day')
    .requiredOption('--models <folder>', 'model store with promoted heads of the sentiment monitor and the customer service')
    .requiredOption('--encoder <folder>', 'an encoder that `attune export --model all-MiniLM-L6-v2` wrote')
    .requiredOption('--stocknet <folder>', 'folder with tweets.jsonl.gz and StockTable')
    .addOption(new Option('--parts <names...>', 'what is measured').choices(SCALE_PARTS).default([...SCALE_PARTS]))
    .addOption(new Option('--instances <n>', 'of each service at most').argParser(wholeNumber).default(3))
    .addOption(new Option('--seconds <n>', 'of load a turn').argParser(wholeNumber).default(12))
    .addOption(new Option('--documents <n>', 'of a turn').argParser(wholeNumber).default(4_000))
    .addOption(new Option('--entries <n>', 'of the knowledge, at most 10,000').argParser(wholeNumber).default(10_000))
    .addOption(new Option('--items <n>', 'of the catalogue, at most 100,000').argParser(wholeNumber).default(100_000))
    .addOption(new Option('--peak <x>', 'busiest hour of the day over its mean').argParser(positiveNumber).default(4.5))
    .addOption(new Option('--hour-seconds <n>', 'that an hour of the day lasts').argParser(wholeNumber).default(8))
    .addOption(new Option('--documents-a-day <n>', 'of the day').argParser(wholeNumber).default(1_000_000))
    .addOption(new Option('--messages <n>', 'a second in the busiest hour').argParser(positiveNumber).default(20))
    .addOption(new Option('--lists <n>', 'a second in the busiest hour').argParser(positiveNumber).default(50))
    .addOption(new Option('--events <n>', 'of behaviour a second in the busiest hour').argParser(positiveNumber).default(100))
    .option('--out <folder>', 'where the results are written', join(ROOT, 'docs/results'))
    .option(
      '--work <folder>',
      'for models and the data of the database; knowledge and catalogue that are there are used',
      join(tmpdir(), 'attune-bench'),
    )
    .action(async (options: Omit<ScaleBenchmarkOptions, 'onRun' | 'command'> & { out: string }) => {
      for (const result of await benchmarkScale({ ...options, onRun: say, command })) await publish(result, options.out);
    });
  program
    .command('diversity')
    .description('accuracy against diversity of lists, as a table and a plot')
    .requiredOption('--model <folder>', 'ranking head that attune train wrote')
    .requiredOption('--events <file>', 'events that it was trained on')
    .requiredOption('--test <file>', 'later events')
    .option('--out <folder>', 'where the result is written', join(ROOT, 'docs/results'))
    .action(async (options: Omit<DiversityTradeOptions, 'onRun' | 'command'>) => {
      await publish(await tradeDiversity({ ...options, onRun: say, command }), options.out);
    });
  registerLearning(program, { root: ROOT, command, say, publish });
  registerPretraining(program, { root: ROOT, command, say, publish });
  return program;
}

const args = process.argv.slice(2);
void runProgram(createProgram(args), args);
