import { variable, wholeNumber } from '@attune/http-kit';
import { z } from 'zod';

/** The variables of a service that serves a head of the model store. @param app the head's name by default */
export function modelVariables(app: string) {
  return {
    app: variable('ATTUNE_APP', z.string().default(app).describe('Name of the head in the model store')),
    precision: variable(
      'ATTUNE_PRECISION',
      z
        .enum(['int8', 'fp32'], { error: 'must be int8 or fp32' })
        .default('int8')
        .describe('Weights of the model that is served; fp32 where a version has no int8 file'),
    ),
    inferenceThreads: variable(
      'ATTUNE_INFERENCE_THREADS',
      wholeNumber(1, 256).optional().describe('Worker threads of the model; default as many as the CPU limit'),
    ),
  };
}
