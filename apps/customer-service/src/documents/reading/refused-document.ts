import type { Refusal } from './reading-protocol';

/** A document that cannot be taken in, for a reason that its sender can mend. */
export class RefusedDocument extends Error {
  constructor(
    readonly code: Refusal['code'],
    readonly detail: string,
  ) {
    super(detail);
    this.name = 'RefusedDocument';
  }
}
