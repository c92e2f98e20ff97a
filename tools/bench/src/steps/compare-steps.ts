import { join } from 'node:path';
import { JsonLinesProcess } from '../json-lines-process';
import { lookAtMachine } from '../machine';
import { requirePython } from '../python';
import { mean, median } from '../statistics';
import type { Result } from '../write-result';
import { stepAnswerSchema, type StepAnswer } from './step-protocol';

export interface StepComparisonOptions {
  python: string;
  /** Folder of the encoder. */
  encoder: string;
  threads: number;
  /** Times that every side takes its turn. */
  rounds: number;
  /** Told before each turn's round. */
  onRound: (round: number) => void;
  command: string;
}

const CLASSES = 77;

/**
 * Steps of a turn, after one that does not count. This project's AdamW decays weights in every eighth step, so that eight
 * steps in a row, and their mean instead of their median, hold their share of it.
 */
const STEPS = 8;

const SHAPES = [
  { name: '16 × 64', rows: 16, tokens: 64, uneven: false },
  { name: '32 × 24', rows: 32, tokens: 24, uneven: false },
  { name: '16 × 64, rows of 32–64 tokens', rows: 16, tokens: 64, uneven: true },
  { name: '32 × 24, rows of 12–24 tokens', rows: 32, tokens: 24, uneven: true },
] as const;

/** Sides of the comparison; all are compared with the first. */
const SIDES = [
  { name: 'PyTorch fp32', workers: ['torch', 'sleepingTorch'], request: {} },
  { name: 'PyTorch fp32, AdamW(fused)', workers: ['torch', 'sleepingTorch'], request: { fused: true } },
  { name: 'Attune fp32', workers: ['attune'], request: { precision: 'fp32' } },
  { name: 'Attune, bf16 products', workers: ['attune'], request: { precision: 'bf16' } },
] as const;

/** Middle times of a side in milliseconds. */
interface SideTimes {
  wall: number;
  cpu: number;
}

/**
 * Compares full training steps with PyTorch's. All sides are processes that stay, and take short turns, so that
 * whatever else the machine does falls on all alike. On a quiet machine PyTorch runs twice, with OpenMP threads that spin
 * while they wait and with ones that sleep, and the quicker counts; on a busy one, where spinning is hopeless, they sleep.
 */
export async function compareSteps(options: StepComparisonOptions): Promise<Result> {
  const { python, encoder, threads, rounds, onRound } = options;
  requirePython(python, ['torch', 'transformers']);
  const here = join(__dirname, '../..');
  const startTorch = (environment: NodeJS.ProcessEnv): JsonLinesProcess =>
    new JsonLinesProcess(
      'torch_step.py',
      python,
      [join(here, 'python/torch_step.py'), encoder, '--labels', String(CLASSES), '--threads', String(threads)],
      environment,
    );
  const { busy, note } = await lookAtMachine();
  const workers: Partial<Record<WorkerName, JsonLinesProcess>> = {
    ...(busy ? {} : { torch: startTorch(process.env) }),
    sleepingTorch: startTorch({ ...process.env, OMP_WAIT_POLICY: 'passive' }),
    attune: new JsonLinesProcess('The step worker', process.execPath, [join(here, 'bin/step-worker.js'), encoder, String(CLASSES)], {
      ...process.env,
      TF_NUM_INTRAOP_THREADS: String(threads),
      TF_CPP_MIN_LOG_LEVEL: '2',
    }),
  };
  const times = new Map<string, StepAnswer>();
  try {
    await Promise.all(Object.values(workers).map((worker) => worker.read()));
    // Round 0 warms up and does not count.
    for (let round = 0; round <= rounds; round++) {
      onRound(round);
      for (const turn of turns()) {
        const { rows, tokens, uneven } = turn.shape;
        const worker = workers[turn.worker];
        if (!worker) continue;
        const answer = stepAnswerSchema.parse(await worker.ask({ rows, tokens, uneven, steps: STEPS, ...turn.side.request }));
        if (round > 0) collect(times, keyOf(turn), answer);
      }
    }
  } finally {
    for (const worker of Object.values(workers)) worker.close();
  }
  return resultOf(times, options, note);
}

type WorkerName = (typeof SIDES)[number]['workers'][number];

interface Turn {
  shape: (typeof SHAPES)[number];
  side: (typeof SIDES)[number];
  worker: WorkerName;
}

function* turns(): Generator<Turn> {
  for (const shape of SHAPES) {
    for (const side of SIDES) for (const worker of side.workers) yield { shape, side, worker };
  }
}

function keyOf({ shape, side, worker }: Turn): string {
  return [shape.name, side.name, worker].join('/');
}

/** Adds a turn's mean times. */
function collect(times: Map<string, StepAnswer>, key: string, { wallMs, cpuMs }: StepAnswer): void {
  const all = times.get(key) ?? { wallMs: [], cpuMs: [] };
  all.wallMs.push(mean(wallMs));
  all.cpuMs.push(mean(cpuMs));
  times.set(key, all);
}

function resultOf(times: Map<string, StepAnswer>, { threads, rounds, command }: StepComparisonOptions, note: string): Result {
  const timesOf = (shape: Turn['shape'], side: Turn['side']): SideTimes => {
    const answers = side.workers.flatMap((worker) => times.get(keyOf({ shape, side, worker })) ?? []);
    return {
      wall: Math.min(...answers.map(({ wallMs }) => median(wallMs))),
      cpu: Math.min(...answers.map(({ cpuMs }) => median(cpuMs))),
    };
  };
  const rows = SHAPES.flatMap((shape) => {
    const base = timesOf(shape, SIDES[0]);
    return SIDES.map((side) => {
      const { wall, cpu } = timesOf(shape, side);
      const name = `${shape.name}: ${side.name}`;
      return [name, wall.toFixed(0), (wall / base.wall).toFixed(2), cpu.toFixed(0), (cpu / base.cpu).toFixed(2)];
    });
  });
  return {
    name: 'training-step',
    title: 'One training step against PyTorch',
    command,
    summary:
      `Full fine-tuning steps of the default encoder with ${CLASSES} classes and dropout 0.1: forward, backward, clipping and AdamW on all ` +
      `parameters, the whole vocabulary among them; random tokens; ${threads} threads. PyTorch is Hugging Face's BERT with sdpa attention. All sides ` +
      `took turns of ${STEPS} steps, ${rounds} times, in one run; the median over turns of their mean step, and its ratio to that of PyTorch ` +
      'fp32 with its default AdamW.',
    columns: ['batch', 'wall ms', 'ratio', 'CPU ms', 'ratio'],
    rows,
    notes: [
      'CPU is the time of all threads together; where other work shares the machine it is the steadier of the two.',
      ...(times.has(keyOf({ shape: SHAPES[0], side: SIDES[0], worker: 'torch' }))
        ? ['PyTorch ran with OpenMP threads that spin while they wait and with ones that sleep; the quicker of the two is shown.']
        : []),
      note,
    ],
  };
}
