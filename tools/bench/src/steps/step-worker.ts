import { createInterface } from 'node:readline';
import type { StepBenchmark } from '@attune/finetune';
import { stepRequestSchema, type StepRequest } from './step-protocol';

/**
 * The child process that takes this project's steps: a request a line, an answer a line. The encoder is its argument.
 * A prepared network of each shape is kept, so that a request costs its steps and no more.
 */
async function main(encoder: string, classes: number): Promise<void> {
  const { createStepBenchmark } = await import('@attune/finetune');
  const prepared = new Map<string, StepBenchmark>();
  const prepare = async ({ rows, tokens, uneven, precision }: StepRequest): Promise<StepBenchmark> => {
    const key = [rows, tokens, uneven, precision].join();
    const known = prepared.get(key);
    if (known) return known;
    const benchmark = await createStepBenchmark({ encoder, classes, rows, tokens, uneven, precision });
    prepared.set(key, benchmark);
    return benchmark;
  };
  console.log(JSON.stringify({ ready: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    const request = stepRequestSchema.parse(JSON.parse(line));
    const benchmark = await prepare(request);
    console.log(JSON.stringify(await benchmark.runSteps(request.steps)));
  }
  for (const benchmark of prepared.values()) benchmark.dispose();
}

void main(process.argv[2], Number(process.argv[3])).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
