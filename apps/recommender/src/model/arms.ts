import { createHash } from 'node:crypto';
import type { Arm } from '@attune/contracts';
import type { ModelServer } from '@attune/inference';
import type { Rankings } from './rankings';
import type { ServedRanking } from './served-ranking';

/** A ranking as long as the work with it lasts, and the arm that it serves. */
export interface ArmRanking {
  readonly arm: Arm;
  readonly ranking: ServedRanking;
  /** Vectors of length 1 of texts. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
}

/** The head that serves, and beside it, where two are compared, another: each person always gets the same. */
export class Arms {
  constructor(
    private readonly a: ModelServer,
    private readonly b: ModelServer | undefined,
    private readonly shareOfB: number,
    private readonly rankings: Rankings,
  ) {}

  /** Does work with the ranking of a person, or of a session. */
  using<T>(subject: string, work: (ranking: ArmRanking) => Promise<T>): Promise<T> {
    const arm = this.b !== undefined && placeOf(subject) < this.shareOfB ? 'b' : 'a';
    const server = arm === 'b' && this.b !== undefined ? this.b : this.a;
    return server.using((served) =>
      work({
        arm,
        ranking: this.rankings.get(served),
        embed: (texts, signal) => served.predictor.embed(texts, signal === undefined ? {} : { signal }),
      }),
    );
  }
}

/** Where somebody stands between 0 and 1, the same for ever. */
function placeOf(subject: string): number {
  return createHash('sha256').update(`attune arm ${subject}`).digest().readUInt32BE(0) / 2 ** 32;
}
