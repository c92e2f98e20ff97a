import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeadShape } from '@attune/artifact';
import { createTinyEncoder } from '@attune/testing';
import { headConfigSchema } from '../config/head-config';
import { padBatch } from '../data/batches';
import type { Batch } from '../data/example';
import { loadEncoder } from '../encoders';
import { DropoutSource } from '../layers/dropout';
import { crossEntropy } from '../losses';
import { Network } from '../network/network';
import { headParameterShapes } from '../network/trainable-network';
import { Optimizer } from '../optimizers/optimizer';
import { Random } from '../random';

const HEAD: HeadShape = { task: 'classification', pooling: 'pooler', labels: ['a', 'b', 'c'] };
/** What allocators may keep for themselves between two looks; 200 steps' activations would be hundreds. */
const FLAT_MEGABYTES = 40;

it('leaves tensors and memory where they were after 200 steps', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'attune-leak-'));
  await createTinyEncoder(directory, { hiddenSize: 64, intermediateSize: 128 });
  const encoder = await loadEncoder(directory);
  await rm(directory, { recursive: true });
  const weights = new Map(encoder.weights);
  for (const [name, shape] of headParameterShapes(encoder.config, HEAD)) {
    weights.set(name, { shape, values: new Float32Array(shape.reduce((product, extent) => product * extent, 1)) });
  }
  const network = new Network({
    config: encoder.config,
    heads: [HEAD],
    headOptions: { activation: 'tanh', dropout: 0.1, inputDropout: 0 },
    weights,
    precision: 'bf16',
  });
  const optimizer = new Optimizer(network.kernels, headConfigSchema.parse({}).optimizer);
  const dropout = new DropoutSource(network.kernels, 1);
  const loss = crossEntropy({ labelSmoothing: 0.1, focalGamma: 0 });
  const parameters = [...network.parameters.values()];
  const random = new Random(2);
  const batch = (): Batch =>
    padBatch(
      Array.from({ length: 8 }, (_, index) => {
        const inputIds = Int32Array.from({ length: 4 + random.integer(8) }, () => 5 + random.integer(500));
        return { inputIds, tokenTypeIds: new Int32Array(inputIds.length), target: index % 3, index };
      }),
      encoder.config.padTokenId,
    );
  const run = (from: number, to: number): { tensors: number; megabytes: number } => {
    for (let step = from; step < to; step++) {
      const rows = batch();
      dropout.startStep(step);
      const pass = network.train(rows, dropout);
      pass.backward(loss.evaluate(pass.logits, rows.targets, rows.rows, rows.rows).gradient);
      network.forgetLearningWeights();
      optimizer.step(parameters, () => 1e-4);
    }
    return { tensors: network.kernels.binding.getNumOfTensors(), megabytes: process.memoryUsage().rss / 2 ** 20 };
  };
  // The first steps fill the caches of compiled products.
  const before = run(0, 200);
  const after = run(200, 400);
  expect(after.tensors).toBe(before.tensors);
  expect(after.megabytes - before.megabytes).toBeLessThan(FLAT_MEGABYTES);
  dropout.dispose();
  optimizer.dispose();
  network.dispose();
});
