import { Command } from 'commander';
import { version } from './version';
import { registerApiKey } from './commands/api-key';
import { registerBacktest } from './commands/backtest';
import { registerBench } from './commands/bench';
import { registerContinual } from './commands/continual';
import { registerDetect } from './commands/detect';
import { registerDoctor } from './commands/doctor';
import { registerEmbed } from './commands/embed';
import { registerEvaluate } from './commands/evaluate';
import { registerExplain } from './commands/explain';
import { registerExport } from './commands/export';
import { registerGenerate } from './commands/generate';
import { registerKafka } from './commands/kafka';
import { registerModels } from './commands/models';
import { registerPredict } from './commands/predict';
import { registerPostgres } from './commands/postgres';
import { registerPrepare } from './commands/prepare';
import { registerPretrain } from './commands/pretrain';
import { registerReplay } from './commands/replay';
import { registerReplayStream } from './commands/replay-stream';
import { registerSetup } from './commands/setup';
import { registerStart } from './commands/start';
import { registerTopics } from './commands/topics';
import { describeTrainKeys, registerTrain } from './commands/train';
import { registerTune } from './commands/tune';
import { registerUpdate } from './commands/update';
import { messageColours } from './terminal';

/**
 * The `attune` command with all its verbs. What a verb needs is loaded when it runs, so that help comes at once.
 *
 * @param args the command line, without the program's name
 */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('attune')
    .description('Fine-tune small pretrained encoders on your own labelled data and run them in production.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .showHelpAfterError(false)
    .configureOutput({
      outputError: (text, write) => write(`${messageColours().red('attune:')} ${text.replace(/^error: /, '')}`),
    });
  registerSetup(program);
  registerDoctor(program);
  registerPrepare(program);
  registerPretrain(program);
  registerTrain(program, asksForTrainHelp(args) ? await describeTrainKeys() : '');
  registerTune(program);
  registerUpdate(program);
  registerContinual(program);
  registerEvaluate(program);
  registerPredict(program);
  registerExplain(program);
  registerEmbed(program);
  registerGenerate(program);
  registerExport(program);
  registerModels(program);
  registerDetect(program);
  registerBench(program);
  registerBacktest(program);
  registerStart(program);
  registerPostgres(program);
  registerKafka(program);
  registerTopics(program);
  registerReplay(program);
  registerReplayStream(program);
  registerApiKey(program);
  return program;
}

/** The keys of head.yaml come from the schema, whose library is loaded only for those who want to read them. */
function asksForTrainHelp(args: readonly string[]): boolean {
  return args.includes('train') && args.some((argument) => ['-h', '--help', 'help'].includes(argument));
}
