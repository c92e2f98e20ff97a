import { AttuneError } from '@attune/artifact';
import { z } from 'zod';
import type { Bucket } from './bucket';

/** A claim that was not renewed for so many milliseconds belongs to nobody. */
const ABANDONED_AFTER = 60 * 60 * 1000;
const RENEWED_AFTER = 5 * 60 * 1000;

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

/** The right to write a version that is not whole yet. It is an object beside the versions, and whoever holds its tag has it. */
export class UploadClaim {
  private timer: NodeJS.Timeout | undefined;
  private renewing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly bucket: Bucket,
    private readonly upload: Upload,
    private etag: string,
    /** Paths that a former upload may have left; undefined where there was none. */
    readonly leftBehind: readonly string[] | undefined,
  ) {
    this.timer = setInterval(() => void this.renew().catch(() => undefined), RENEWED_AFTER).unref();
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
        const etag = await this.bucket.putIf(claimKey(this.upload), content(this.upload), { etag: this.etag });
        if (etag === undefined) throw claimed(this.upload);
        this.etag = etag;
      });
    this.renewing = renewed;
    return renewed;
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
