import type * as TensorFlow from '@tensorflow/tfjs-node-gpu';
import type { RankingConfig } from '../config/ranking-config';
import { loadTensorFlow } from '../native/tensorflow';
import type { Random } from '../random';
import { matchExamples, type MatchExamples, type TypedSequence } from './match-examples';

export type MatchOptions = RankingConfig['match'];

/** What the towers are trained on. */
export interface MatchData {
  sequences: readonly TypedSequence[];
  items: number;
  /** `[items × textWidth]`; zeros where an item has no text, or where texts are not used. */
  textVectors: Float32Array;
  textWidth: number;
  /** Types of events, by the numbers in the sequences. */
  types: readonly string[];
}

/** A trained match head, as serving holds it. */
export interface FittedMatch {
  /** `[items × width]`, of length 1. */
  vectors: Float32Array;
  /** `[width × textWidth]` from a text vector to an item that training did not see, before it is brought to length 1. */
  projection: Float32Array;
  attention: { typeBias: Record<string, number>; timeDecay: number; temperature: number };
  /** Mean loss of each epoch. */
  losses: number[];
}

type Tf = typeof TensorFlow;

/**
 * Trains two towers. An item's vector is its text vector through a learned projection, plus a learned vector where it has a history, brought to
 * length 1; the learned vectors are left out at random, so that texts learn to stand alone (Volkovs et al. 2017, DropoutNet). A user's is the
 * mean of the items of the history, weighted by a softmax whose logits fall with the logarithm of the place and differ by the type of the
 * event. The next item of each sequence is told apart from others:
 * - `softmax` over items drawn by their popularity, with its logarithm taken off the logits (Yi et al. 2019);
 * - `bpr`: from each of these by itself (Rendle et al. 2009);
 * - `binary-cross-entropy`, weighted by the behaviour.
 */
export function fitMatchHead(data: MatchData, options: MatchOptions, random: Random): FittedMatch {
  const tf = loadTensorFlow();
  const examples = matchExamples(data.sequences);
  const towers = new Towers(tf, data, options, random);
  const optimizer = tf.train.adam(options.learningRate);
  const losses: number[] = [];
  const steps = Math.ceil(examples.targets.length / options.batchSize);
  const whole = Math.max(1, Math.round(options.epochs * steps));
  const order = Int32Array.from(examples.targets.keys());
  for (let step = 0; step < whole && examples.targets.length > 0; step++) {
    const at = step % steps;
    if (at === 0) {
      random.shuffle(order);
      losses.push(0);
    }
    const batch = examples.take(order.subarray(at * options.batchSize, (at + 1) * options.batchSize));
    const loss = optimizer.minimize(() => towers.loss(batch, examples.draw(options.negatives, random)), true, towers.variables);
    losses[losses.length - 1] += (loss?.dataSync()[0] ?? 0) / steps;
    loss?.dispose();
  }
  const fitted = towers.fitted();
  towers.dispose();
  optimizer.dispose();
  return { ...fitted, losses };
}

/** Where the decay of attention with the place starts: the tenth latest event counts a tenth of the latest. */
const INITIAL_DECAY = 1;

class Towers {
  private readonly text: TensorFlow.Tensor2D;
  private readonly known: TensorFlow.Tensor2D;
  private readonly projection: TensorFlow.Variable;
  private readonly learned: TensorFlow.Variable;
  private readonly timeDecay: TensorFlow.Variable;
  private readonly typeBias: TensorFlow.Variable;

  constructor(
    private readonly tf: Tf,
    private readonly data: MatchData,
    private readonly options: MatchOptions,
    private readonly random: Random,
  ) {
    const { items, textWidth, textVectors, sequences, types } = data;
    const normal = (size: number, deviation: number): Float32Array =>
      Float32Array.from({ length: size }, () => deviation * random.normal());
    const known = new Float32Array(items);
    for (const { items: own } of sequences) for (const item of own) known[item] = 1;
    this.text = tf.tensor2d(textVectors, [items, textWidth]);
    this.known = tf.tensor2d(known, [items, 1]);
    this.projection = variable(
      tf,
      tf.tensor2d(normal(options.width * textWidth, 1 / Math.sqrt(options.width)), [options.width, textWidth]),
    );
    this.learned = variable(tf, tf.tensor2d(normal(items * options.width, 0.05), [items, options.width]));
    this.timeDecay = variable(tf, tf.scalar(INITIAL_DECAY));
    this.typeBias = variable(tf, tf.zeros([Math.max(1, types.length)]));
  }

  get variables(): TensorFlow.Variable[] {
    return [this.projection, this.learned, this.timeDecay, this.typeBias];
  }

  /** Mean loss of a batch. */
  loss(batch: MatchExamples, negatives: { items: Int32Array; logQ: Float32Array }): TensorFlow.Scalar {
    const { tf, options } = this;
    return tf.tidy(() => {
      const { length } = batch.targets;
      const all = [...new Set([...batch.histories.filter((item) => item >= 0), ...batch.targets, ...negatives.items])];
      const places = new Map(all.map((item, place) => [item, place]));
      const vectors = this.itemVectors(Int32Array.from(all), true);
      const pick = (items: Int32Array): TensorFlow.Tensor2D =>
        tf.gather(
          vectors,
          tf.tensor1d(
            Int32Array.from(items, (item) => places.get(item) ?? 0),
            'int32',
          ),
        ) as TensorFlow.Tensor2D;
      const users = this.userVectors(pick(batch.histories), batch);
      const right = tf.sum(tf.mul(users, pick(batch.targets)), 1, true).div(options.temperature);
      const wrong = tf.matMul(users, pick(negatives.items), false, true).div(options.temperature);
      const hidden = tf.tensor2d(accidental(batch, negatives.items), [length, negatives.items.length]);
      const fit = this.contrast(right as TensorFlow.Tensor2D, wrong as TensorFlow.Tensor2D, hidden, batch, negatives.logQ);
      const decay = tf.mul(tf.sum(tf.square(this.learned)), options.l2);
      return tf.add(fit, decay).asScalar();
    });
  }

  private contrast(
    right: TensorFlow.Tensor2D,
    wrong: TensorFlow.Tensor2D,
    hidden: TensorFlow.Tensor2D,
    { targets, logQ, weights }: MatchExamples,
    negativesLogQ: Float32Array,
  ): TensorFlow.Scalar {
    const { tf } = this;
    const byWeight = (losses: TensorFlow.Tensor): TensorFlow.Scalar => {
      const shares = tf.tensor1d(weights);
      return tf.div(tf.sum(tf.mul(losses.flatten(), shares)), tf.sum(shares)).asScalar();
    };
    const shown = tf.sub(1, hidden);
    const counts = tf.maximum(tf.sum(shown, 1), 1);
    switch (this.options.loss) {
      case 'softmax': {
        const corrected = tf.sub(right, tf.tensor2d(logQ, [targets.length, 1]));
        const others = tf.sub(tf.sub(wrong, tf.tensor2d(negativesLogQ, [1, negativesLogQ.length])), tf.mul(hidden, 1e9));
        return byWeight(tf.sub(tf.logSumExp(tf.concat([corrected, others], 1), 1), corrected.flatten()));
      }
      case 'bpr':
        return byWeight(tf.div(tf.sum(tf.mul(tf.softplus(tf.sub(wrong, right)), shown), 1), counts));
      case 'binary-cross-entropy':
        return byWeight(tf.add(tf.softplus(tf.neg(right)).flatten(), tf.div(tf.sum(tf.mul(tf.softplus(wrong), shown), 1), counts)));
    }
  }

  /** Unit vectors `[items, width]`. */
  private itemVectors(items: Int32Array, learns: boolean): TensorFlow.Tensor2D {
    const { tf, options, random } = this;
    const index = tf.tensor1d(items, 'int32');
    const projected = tf.matMul(tf.gather(this.text, index), this.projection as unknown as TensorFlow.Tensor2D, false, true);
    const kept = Float32Array.from(items, () => (learns && random.uniform() < options.itemDropout ? 0 : 1));
    const share = tf.mul(tf.gather(this.known, index), tf.tensor2d(kept, [items.length, 1]));
    return unit(tf, tf.add(projected, tf.mul(tf.gather(this.learned, index), share)) as TensorFlow.Tensor2D);
  }

  /** Unit vectors `[batch, width]` of histories `[batch × length]`, by attention. */
  private userVectors(
    vectors: TensorFlow.Tensor2D,
    { histories, historyTypes, historyWeights, historyLength, targets }: MatchExamples,
  ): TensorFlow.Tensor2D {
    const { tf } = this;
    const rows = targets.length;
    const logPlaces = tf.tensor2d(
      Float32Array.from({ length: historyLength }, (_, place) => Math.log(place + 1)),
      [1, historyLength],
    );
    const bias = tf.gather(this.typeBias, tf.tensor1d(historyTypes, 'int32')).reshape([rows, historyLength]);
    const given = tf.tensor2d(
      Float32Array.from(histories, (item, at) => (item < 0 ? -1e9 : Math.log(historyWeights[at]))),
      [rows, historyLength],
    );
    const attention = tf.softmax(tf.add(tf.sub(bias, tf.mul(logPlaces, this.timeDecay)), given));
    const width = this.options.width;
    const pooled = tf.matMul(attention.reshape([rows, 1, historyLength]), vectors.reshape([rows, historyLength, width]));
    return unit(tf, pooled.reshape([rows, width]) as TensorFlow.Tensor2D);
  }

  fitted(): Omit<FittedMatch, 'losses'> {
    const { tf, data } = this;
    const all = tf.tidy(() =>
      this.itemVectors(
        Int32Array.from({ length: data.items }, (_, item) => item),
        false,
      ),
    );
    const vectors = all.dataSync<'float32'>() as Float32Array;
    all.dispose();
    const bias = this.typeBias.dataSync();
    return {
      vectors,
      projection: this.projection.dataSync<'float32'>() as Float32Array,
      attention: {
        typeBias: Object.fromEntries(data.types.map((type, at) => [type, bias[at]])),
        timeDecay: Math.max(0, this.timeDecay.dataSync()[0]),
        temperature: 1,
      },
    };
  }

  dispose(): void {
    this.tf.dispose([this.text, this.known, ...this.variables]);
  }
}

/** A variable that begins with a tensor and owns it. */
function variable(tf: Tf, initial: TensorFlow.Tensor): TensorFlow.Variable {
  const created = tf.variable(initial);
  initial.dispose();
  return created;
}

/** Rows brought to length 1; of zeros they stay so. */
function unit(tf: Tf, rows: TensorFlow.Tensor2D): TensorFlow.Tensor2D {
  return tf.mul(rows, tf.rsqrt(tf.add(tf.sum(tf.square(rows), 1, true), 1e-12)));
}

/** `[batch × negatives]`: 1 where a drawn item is the target or in the history, and so no negative. */
function accidental({ targets, histories, historyLength }: MatchExamples, negatives: Int32Array): Float32Array {
  const result = new Float32Array(targets.length * negatives.length);
  targets.forEach((target, row) => {
    const own = new Set([target, ...histories.subarray(row * historyLength, (row + 1) * historyLength)]);
    negatives.forEach((item, at) => {
      if (own.has(item)) result[row * negatives.length + at] = 1;
    });
  });
  return result;
}
