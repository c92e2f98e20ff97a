import type { TrainingProgress } from '@attune/contracts';
import { z } from 'zod';

const figure = z.number().nullable();

/** What `attune train --progress json` writes, a line each. */
const progressLineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('phase'), name: z.string() }),
  z.object({ type: z.literal('data'), notices: z.array(z.string()) }),
  z.object({
    type: z.literal('step'),
    epoch: z.number(),
    epochs: z.number(),
    step: z.number().int(),
    steps: z.number().int(),
    loss: figure,
    learningRate: z.number(),
    examplesPerSecond: z.number(),
    secondsLeft: figure,
  }),
  z.object({ type: z.literal('progress'), done: z.number(), total: z.number().optional() }),
  z.object({
    type: z.literal('evaluation'),
    epoch: z.number(),
    step: z.number().int(),
    metrics: z.record(z.string(), figure),
    best: z.boolean(),
  }),
  z.object({ type: z.literal('note'), message: z.string() }),
  z.object({ type: z.literal('parameters') }),
  z.object({ type: z.literal('done') }),
]);
export type ProgressLine = z.infer<typeof progressLineSchema>;

/** Notes that are kept of a training. */
const MOST_NOTES = 50;
/** Evaluations that are kept of a training; the head has them all. */
const MOST_EVALUATIONS = 500;

export const NO_PROGRESS: TrainingProgress = { phase: 'starting', evaluations: [], notes: [] };

/** A line of a training's messages; undefined where it is one for people. */
export function readProgressLine(line: string): ProgressLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return progressLineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** How far a training is after it told something. */
export function advance(progress: TrainingProgress, line: ProgressLine): TrainingProgress {
  const note = (...messages: string[]): TrainingProgress => ({ ...progress, notes: [...progress.notes, ...messages].slice(0, MOST_NOTES) });
  switch (line.type) {
    case 'phase':
      return { ...progress, phase: line.name };
    case 'data':
      return note(...line.notices);
    case 'note':
      return note(line.message);
    case 'step': {
      const { type: _type, ...step } = line;
      return { ...progress, ...step };
    }
    case 'progress':
      return { ...progress, step: line.done, ...(line.total === undefined ? {} : { steps: line.total }) };
    case 'evaluation': {
      const { type: _type, ...evaluation } = line;
      // A training that goes on from its last checkpoint repeats what came after it.
      const earlier = progress.evaluations.filter(({ step }) => step < evaluation.step);
      return { ...progress, evaluations: [...earlier, evaluation].slice(-MOST_EVALUATIONS) };
    }
    default:
      return progress;
  }
}
