import { AttuneError } from '@attune/artifact';

/** The queue is full: the texts were not taken. Over HTTP this is 429 with `Retry-After`. */
export class Overloaded extends AttuneError {
  constructor(
    /** Whole seconds after which there should be room again, at the present pace. */
    readonly retryAfterSeconds: number,
  ) {
    super('overloaded', 'More texts wait to be computed than the model can take.', {
      remedy: `Try again in ${retryAfterSeconds} ${retryAfterSeconds === 1 ? 'second' : 'seconds'}.`,
    });
    this.name = 'Overloaded';
  }
}
