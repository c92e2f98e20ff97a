import { headPrefix, type NamedTensor } from '@attune/artifact';
import { previousHead } from '../continual/expand-heads';
import { addFisher, diagonalFisher } from '../continual/fisher';
import { readFisher } from '../continual/previous-model';
import type { EncodedExample } from '../data/example';
import { softmaxRows } from '../evaluation/probabilities';
import type { HeadColumns } from '../heads/task-layout';
import type { Parameter } from '../layers/parameter';
import { WORDS } from '../network/parameter-store';
import type { TrainableNetwork } from '../network/trainable-network';
import { Random } from '../random';
import type { Anchor } from '../regularizers/anchored-penalty';
import type { AttachedTuner } from '../tuners';
import { sigmoid } from '@attune/artifact';
import { logitsOf } from './evaluate-network';
import { passOptions, type Run } from './run';

/** Of each head the outputs that it had in the model that training goes on from; 0 where it is new. */
export function outputsBefore({ layout, previous }: Pick<Run, 'layout' | 'previous'>): number[] {
  return layout.heads.map(({ head, outputs }) => {
    const before = previousHead(head, previous?.heads ?? []);
    if (before === undefined) return 0;
    return head.task === 'regression' ? outputs.width : before.labels.length;
  });
}

/**
 * What the model says about the training rows before it learns them, of the outputs that it had already, for learning without forgetting (Li
 * and Hoiem 2017): probabilities at the temperature, or numbers; NaN for new outputs.
 *
 * @param network as it is before it learns anything
 * @returns `[rows × outputs]`
 */
export async function rememberOutputs(run: Run, network: TrainableNetwork, examples: EncodedExample[]): Promise<Float32Array> {
  const { layout, config } = run;
  const logits = await logitsOf(network, layout, examples, passOptions(run));
  const before = outputsBefore(run);
  const remembered = new Float32Array(logits.length).fill(NaN);
  for (let start = 0; start < logits.length; start += layout.outputs) {
    layout.heads.forEach((head, place) => {
      const from = start + head.outputs.start;
      remembered.set(saidBefore(head, logits.subarray(from, from + before[place]), config.continual.temperature), from);
    });
  }
  return remembered;
}

function saidBefore({ head }: HeadColumns, logits: Float32Array, temperature: number): ArrayLike<number> {
  if (logits.length === 0 || head.task === 'regression') return logits;
  return head.task === 'classification' ? softmaxRows(logits, logits.length, temperature) : sigmoid(logits, temperature);
}

/**
 * Places that the weights are held at by their importance for earlier data (elastic weight consolidation, Kirkpatrick et al. 2017): where
 * they are in the model that training goes on from. Their importance was kept with that model; where it was not, the replayed rows tell it.
 *
 * @param network as it is before it learns anything
 */
export async function earlierAnchors(run: Run, network: TrainableNetwork, tuner: AttachedTuner): Promise<Anchor[]> {
  const { config, previous } = run;
  const { ewc } = config.continual;
  if (ewc === 0 || previous === undefined) return [];
  const replayed = run.train.filter((_, place) => run.dataset.train[place].replayed);
  const fisher = (await readFisher(previous)) ?? (await measure(run, network, tuner, replayed));
  if (fisher.size === 0) {
    run.options.onEvent({
      type: 'note',
      message: `${previous.directory} was trained without continual.ewc and no earlier rows are given, so no weight is held.`,
    });
  }
  return tuner.parameters.flatMap((parameter) => {
    const importance = fisher.get(parameter.name);
    return importance === undefined ? [] : [{ parameter, strength: ewc, importance: partOf(run, parameter, importance.values) }];
  });
}

/** The importance of the weights for the data so far, to be kept with the model; undefined where that is not configured. */
export async function importanceOf(
  run: Run,
  network: TrainableNetwork,
  tuner: AttachedTuner,
): Promise<Map<string, NamedTensor> | undefined> {
  if (run.config.continual.ewc === 0) return undefined;
  run.options.onEvent({ type: 'phase', name: 'measuring the importance of weights' });
  const fresh = await measure(run, network, tuner, run.train);
  return addFisher(run.previous && (await readFisher(run.previous)), fresh);
}

/** Importances by name, those of word embeddings over the whole vocabulary. */
async function measure(
  run: Run,
  network: TrainableNetwork,
  { parameters }: AttachedTuner,
  rows: readonly EncodedExample[],
): Promise<Map<string, NamedTensor>> {
  if (rows.length === 0) return new Map();
  const { config, layout, vocabulary, encoder } = run;
  const random = new Random(config.seed).fork('fisher');
  const examples = random.shuffle([...rows]).slice(0, config.continual.fisherRows);
  const fisher = await diagonalFisher({ network, layout, parameters, examples, ...passOptions(run), random });
  return new Map(
    parameters.flatMap(({ name, shape }) => {
      const values = fisher.get(name);
      if (values === undefined) return [];
      if (name !== WORDS) return [[name, { shape, values }] as const];
      const width = shape[1];
      const nothing = new Float32Array(encoder.config.vocabularySize * width);
      return [[name, { shape: [encoder.config.vocabularySize, width], values: vocabulary.merge(nothing, values, width) }] as const];
    }),
  );
}

/** What of a kept importance belongs to a parameter as it is now: the words that occur, and nothing for the rows of new labels. */
function partOf({ vocabulary, layout }: Run, { name, shape, size }: Parameter, kept: Float32Array): Float32Array {
  if (name === WORDS) return vocabulary.take(kept, shape[1]);
  const isOutput = layout.heads.some(({ head }, place) => name.startsWith(`${headPrefix(head, place)}.output.`));
  if (kept.length === size || !isOutput) return kept;
  const grown = new Float32Array(size);
  grown.set(kept);
  return grown;
}
