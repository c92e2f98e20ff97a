import { basename, resolve } from 'node:path';
import type { Precision } from '@attune/inference';
import type { Scorer, SentimentTasks } from '@attune/opinion';
import { openModelStore } from '../model-store';

/** Where a head lies. */
export interface HeadLocation {
  /** Folder of a head; without one, the store says which serves. */
  readonly model?: string | undefined;
  /** Address of the model store; by default what ATTUNE_MODELS says. */
  readonly models?: string | undefined;
  /** Name of the head in the store. */
  readonly app: string;
}

/** A head that scores, with what topics can be asked of it. */
export interface OpenedScorer extends Scorer {
  readonly topicLabels: SentimentTasks['topicLabels'];
  readonly embeds: boolean;
  close(): Promise<void>;
}

/**
 * Loads a sentiment head, to be asked as the service asks it.
 *
 * @throws AttuneError `missing-file` where there is none or none was promoted, `bad-model` where it does something else
 */
export async function openSentimentScorer(location: HeadLocation, precision: Precision): Promise<OpenedScorer> {
  const [{ Predictor }, { scoreInputs, sentimentTasks }] = await Promise.all([import('@attune/inference'), import('@attune/opinion')]);
  const { version, directory } = await locate(location);
  const predictor = await Predictor.open(directory, { precision });
  try {
    const { topicLabels } = sentimentTasks(predictor.tasks);
    return {
      version,
      topicLabels,
      embeds: predictor.embeds,
      score: (texts, descriptions, signal) => scoreInputs(predictor, texts, descriptions, { bulk: true, signal }),
      close: () => predictor.close(),
    };
  } catch (error) {
    await predictor.close();
    throw error;
  }
}

async function locate({ model, models, app }: HeadLocation): Promise<{ version: string; directory: string }> {
  if (model !== undefined) return { version: basename(resolve(model)), directory: model };
  const { AttuneError } = await import('@attune/artifact');
  const store = await openModelStore(models);
  if ((await store.current(app)) !== undefined) return store.open(app);
  throw new AttuneError('missing-file', `No head of ${app} was promoted in ${store.location}.`, {
    remedy: `Name the folder of a head with --model, or train the example head: npx nx run ${app}:head.`,
  });
}
