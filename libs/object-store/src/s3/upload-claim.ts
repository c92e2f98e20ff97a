import { AttuneError } from '@attune/artifact';
import { z } from 'zod';
import type { Bucket, RightToWrite } from './bucket';

/** A claim that was not renewed for so many milliseconds belongs to nobody. */
const ABANDONED_AFTER = 60 * 60 * 1000;
export const RENEWED_AFTER = 5 * 60 * 1000;
/** Whoever could not renew a claim for so long writes no more, well before another one may. */
const ENDED_AFTER = ABANDONED_AFTER - 2 * RENEWED_AFTER;

const claimSchema = z.strictObject({
  schemaVersion: z.literal(1),
  manifestSha256: z.string(),
  files: z.array(z.string()).describe('Paths of what is uploaded, for whoever clears it away'),
  claimedAt: z.iso.datetime(),
});
type ClaimContent = z.infer<typeof claimSchema>;

/** What is to be uploaded. */
export interface Upload {
  readonly app: string;
  readonly version: string;
  readonly manifestSha256: string;
  readonly files: readonly string[];
}

/**
 * The right to write a version that is not whole yet. It is an object beside the versions, and whoever holds its tag has it. It is renewed until
 * it is left.
 */
export class UploadClaim implements RightToWrite {
  private readonly timer: NodeJS.Timeout;
  private readonly loss = new AbortController();
  private renewing: Promise<void> = Promise.resolve();
  /** Milliseconds since 1970, which go on while a machine sleeps. */
  private renewedAt = Date.now();

  private constructor(
    private readonly bucket: Bucket,
    private readonly upload: Upload,
    private etag: string,
    /** Paths that a former upload may have left; undefined where there was none. */
    readonly leftBehind: readonly string[] | undefined,
  ) {
    this.timer = setInterval(() => void this.renewOrEnd(), RENEWED_AFTER).unref();
  }

  /** Aborted as soon as it is known to be lost: from then on another process may write. */
  get lost(): AbortSignal {
    return this.loss.signal;
  }

  /**
   * A process that was stopped for long learns here that it is late.
   *
   * @throws AttuneError `conflict` where another process took it over, what `renew` fails of where it is late
   */
  async assertHeld(): Promise<void> {
    this.lost.throwIfAborted();
    if (Date.now() - this.renewedAt > RENEWED_AFTER) await this.renew();
  }

  /**
   * Claims a version. An upload of the same model that ended before it was through is gone on with; one of another model is given up an hour after
   * its last sign of life.
   *
   * @throws AttuneError `conflict` where another model is being uploaded under that name
   */
  static async take(bucket: Bucket, upload: Upload): Promise<UploadClaim> {
    const key = claimKey(upload);
    const etag = await bucket.putIf(key, content(upload), 'absent');
    if (etag !== undefined) return new UploadClaim(bucket, upload, etag, undefined);
    const object = await bucket.get(key);
    if (object === undefined) throw claimed(upload);
    const former = parse(object.content.toString('utf8'));
    const isOurs = former?.manifestSha256 === upload.manifestSha256;
    if (!isOurs && Date.now() - object.modifiedAt.getTime() < ABANDONED_AFTER) throw claimed(upload);
    const taken = await bucket.putIf(key, content(upload), { etag: object.etag });
    if (taken === undefined) throw claimed(upload);
    return new UploadClaim(bucket, upload, taken, former?.files ?? []);
  }

  /** @throws AttuneError `conflict` where another process took it over */
  renew(): Promise<void> {
    const renewed = this.renewing
      .catch(() => undefined)
      .then(async () => {
        const begunAt = Date.now();
        const etag = await this.bucket.putIf(claimKey(this.upload), content(this.upload), { etag: this.etag });
        if (etag === undefined) {
          this.loss.abort(claimed(this.upload));
          this.lost.throwIfAborted();
          return;
        }
        this.etag = etag;
        this.renewedAt = begunAt;
      });
    this.renewing = renewed;
    return renewed;
  }

  private async renewOrEnd(): Promise<void> {
    try {
      await this.renew();
    } catch (error) {
      if (Date.now() - this.renewedAt > ENDED_AFTER) this.loss.abort(error);
    }
  }

  /** Keeps the claim for whoever goes on, and ends renewing it. */
  async leave(): Promise<void> {
    clearInterval(this.timer);
    await this.renewing.catch(() => undefined);
  }

  /** Gives the claim up: the version is whole. */
  async release(): Promise<void> {
    await this.leave();
    await this.bucket.delete(claimKey(this.upload));
  }
}

function claimKey({ app, version }: Upload): string {
  return `${app}/.uploads/${version}.json`;
}

function content({ manifestSha256, files }: Upload): string {
  const claim: ClaimContent = { schemaVersion: 1, manifestSha256, files: [...files], claimedAt: new Date().toISOString() };
  return `${JSON.stringify(claim)}\n`;
}

function parse(text: string): ClaimContent | undefined {
  try {
    return claimSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function claimed({ app, version }: Upload): AttuneError {
  return new AttuneError('conflict', `Another process is writing version ${version} of ${app}.`, {
    remedy: 'Give this one another name; what an ended process left is cleared away an hour later.',
  });
}
