import type { HeadConfig } from '../../config/head-config';
import { buildNetwork } from '../../training/build-network';
import { evaluateTask, logitsOf, targetsOf } from '../../training/evaluate-network';
import { fitHeads } from '../../training/fit-head-to-features';
import { passOptions, prepareRun, type TrainHeadOptions } from '../../training/run';
import { Random } from '../../random';

/**
 * Accuracy on the test rows of an output layer that is fitted to the mean of an encoder's states, the encoder staying as it is: how good its
 * features are for these labels.
 *
 * @param config of a classification with training and test rows; only its data, encoder and normalisation count
 * @throws AttuneError as `prepareRun`; `interrupted` when the signal aborts
 */
export async function probeEncoder(config: HeadConfig, options: Pick<TrainHeadOptions, 'signal'>): Promise<number> {
  const plain: HeadConfig = { ...config, head: { ...config.head, pooling: 'mean' }, augmentation: { ...config.augmentation, share: 0 } };
  const quiet = { ...options, out: '', resume: false, onEvent: () => undefined };
  const run = await prepareRun(
    { ...plain, distill: undefined, continual: { ...plain.continual, from: undefined, replay: undefined } },
    quiet,
  );
  const { layout, encoder, train, validation, test = [], vocabulary, dataset } = run;
  const network = buildNetwork({ config: run.config, encoder, heads: dataset.heads, vocabulary });
  try {
    const { hiddenSize: width } = encoder.config;
    await fitHeads({ network, layout, width, train, validation, ...passOptions(run), random: new Random(config.seed).fork('features') });
    const logits = await logitsOf(network, layout, test, passOptions(run));
    return evaluateTask(layout.heads[0].head, logits, targetsOf(test)).accuracy ?? NaN;
  } finally {
    network.dispose();
  }
}
