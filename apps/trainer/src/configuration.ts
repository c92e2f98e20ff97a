import { join, resolve } from 'node:path';
import { storeNameSchema } from '@attune/contracts';
import { commaSeparated, defineConfiguration, variable, wholeNumber, type ConfigurationOf } from '@attune/service-kit';
import { Cron } from 'croner';
import { z } from 'zod';

/** The command line of this checkout, which trains. */
const COMMAND = resolve(__dirname, '../../cli/bin/attune.js');

const headEntrySchema = z.string().transform((entry, context) => {
  const [name, ...path] = entry.split('=');
  if (!storeNameSchema.safeParse(name).success || (path.length > 0 && path.join('=') === '')) {
    context.addIssue({ code: 'custom', message: 'must be a list such as support,news=heads/news.yaml' });
    return z.NEVER;
  }
  return { name, ...(path.length === 0 ? {} : { file: path.join('=') }) };
});

function cronPattern() {
  return z.string().refine((pattern) => {
    try {
      new Cron(pattern, { paused: true }).stop();
      return true;
    } catch {
      return false;
    }
  }, 'must be a cron expression, such as 0 3 * * *');
}

/** What the environment may say to the trainer. */
export const trainerConfiguration = defineConfiguration(
  {
    heads: variable(
      'ATTUNE_HEADS',
      commaSeparated()
        .pipe(z.array(headEntrySchema).min(1, 'names no head'))
        .refine((heads) => new Set(heads.map(({ name }) => name)).size === heads.length, 'names a head twice')
        .default([{ name: 'customer-service' }, { name: 'sentiment-monitor' }, { name: 'recommender' }])
        .describe(
          "Heads of the model store that are trained here, each with its configuration: name or name=head.yaml. Default the services' own",
        ),
    ),
    filesDirectory: variable(
      'ATTUNE_TRAINING_FILES',
      z.string().min(1).default(join('data', 'trainer-files')).describe('Folder of the data sets, and of what a training that runs keeps'),
    ),
    slots: variable('ATTUNE_TRAINING_SLOTS', wholeNumber(1, 64).default(1).describe('Trainings that run at a time')),
    command: variable(
      'ATTUNE_TRAINING_COMMAND',
      z.string().min(1).default(COMMAND).describe('Program that trains: a JavaScript file that takes what attune takes'),
    ),
    datasetLimit: variable(
      'ATTUNE_DATASET_LIMIT',
      wholeNumber(1, 1_000_000_000_000)
        .default(256 * 1024 * 1024)
        .describe('Bytes of a data set beyond which it is refused'),
    ),
    cancelSeconds: variable(
      'ATTUNE_CANCEL_SECONDS',
      wholeNumber(0, 600).default(15).describe('Seconds that a training which is cancelled has to end by itself, before it is killed'),
    ),
    updateSchedule: variable(
      'ATTUNE_UPDATE_SCHEDULE',
      cronPattern()
        .optional()
        .describe('When heads are updated with what was approved: a cron expression in UTC, such as 0 3 * * *; default on request alone'),
    ),
    updateLeastRows: variable(
      'ATTUNE_UPDATE_LEAST_ROWS',
      wholeNumber(1, 1_000_000)
        .default(50)
        .describe('Newly approved corrections below which the schedule skips a head, where its own settings do not say'),
    ),
    updatePromote: variable(
      'ATTUNE_UPDATE_PROMOTE',
      z
        .enum(['pass', 'ask'])
        .default('pass')
        .describe(
          'pass: an update that passes its gate serves at once; ask: somebody promotes it. Where the settings of a head do not say',
        ),
    ),
    encoderCache: variable(
      'ATTUNE_CACHE',
      z.string().min(1).optional().describe('Folder of the native parts and encoders; handed on to trainings'),
    ),
    hubEndpoint: variable('HF_ENDPOINT', z.string().min(1).optional().describe('Another hub than huggingface.co; handed on to trainings')),
    hubToken: variable('HF_TOKEN', z.string().min(1).optional().describe('Token for the hub; handed on to trainings'), { secret: true }),
    searchPath: variable('PATH', z.string().optional().describe('Handed on to trainings')),
    home: variable('HOME', z.string().optional().describe('Handed on to trainings')),
    temporaryFolder: variable('TMPDIR', z.string().optional().describe('Handed on to trainings')),
    cacheHome: variable('XDG_CACHE_HOME', z.string().optional().describe('Handed on to trainings')),
    graphicsCards: variable(
      'CUDA_VISIBLE_DEVICES',
      z.string().optional().describe('Which GPU trains, where there are several; handed on to trainings'),
    ),
  },
  [],
);
export type TrainerConfiguration = ConfigurationOf<typeof trainerConfiguration>;

/** What a training sees of the environment: nothing of the keys and passwords of the service. */
export function trainingEnvironment(configuration: TrainerConfiguration): Record<string, string> {
  const { searchPath, home, temporaryFolder, cacheHome, encoderCache, hubEndpoint, hubToken, graphicsCards } = configuration;
  const given = {
    PATH: searchPath,
    HOME: home,
    TMPDIR: temporaryFolder,
    XDG_CACHE_HOME: cacheHome,
    ATTUNE_CACHE: encoderCache,
    HF_ENDPOINT: hubEndpoint,
    HF_TOKEN: hubToken,
    CUDA_VISIBLE_DEVICES: graphicsCards,
  };
  const set = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '');
  return { ...Object.fromEntries(set), NO_COLOR: '1' };
}
