/** What a trial's process says on stdout, one JSON object a line; a value that is no number is null. */
export type TrialLine =
  | { type: 'report'; epoch: number; value: number | null }
  | { type: 'done'; value: number | null; seconds: number; trainableParameters: number };
