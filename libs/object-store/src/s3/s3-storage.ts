import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  AttuneError,
  MANIFEST_FILE,
  parseManifest,
  sha256,
  type Manifest,
  type ModelStorage,
  type NewPromotion,
  type NewShadowChange,
  type Promotion,
  type ShadowChange,
  type StoredManifest,
  type TellLeft,
} from '@attune/artifact';
import { ModelCache } from '../model-cache';
import { formatLocation, type ObjectStoreLocation } from '../location';
import { Bucket, type FileDescription } from './bucket';
import { assertConditionalWrites } from './conditional-writes';
import { eachOf } from './each-of';
import { Promotions } from './promotions';
import { ShadowChanges } from './shadow-changes';
import { uploadVersion } from './upload-version';

/** Milliseconds for a connection, and of silence on one: a poll must end before the next is due. */
const CONNECTION_TIMEOUT = 3_000;
const SILENCE_TIMEOUT = 15_000;

/** What the client would print is told by errors. */
const nothing = (): void => undefined;
const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * Versions in a bucket of S3 or a server like it, and on this machine those that were opened. Several machines may use a bucket at once: what
 * decides is written on conditions that the server checks (If-None-Match, If-Match).
 */
export class S3Storage implements ModelStorage {
  readonly location: string;
  private readonly promotions: Promotions;
  private readonly shadows: ShadowChanges;
  private tried: Promise<void> | undefined;

  /** What was seen to serve last; it is remembered on the machine once its files are here. */
  private readonly seen = new Map<string, Promotion>();

  constructor(
    private readonly bucket: Bucket,
    private readonly cache: ModelCache,
  ) {
    this.location = bucket.address;
    this.promotions = new Promotions(bucket);
    this.shadows = new ShadowChanges(bucket);
  }

  /** Loads the client of S3. @param cache folder for the versions that are opened */
  static async open(location: ObjectStoreLocation, cache: string): Promise<S3Storage> {
    const s3 = await import('@aws-sdk/client-s3');
    const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
    const endpoint = AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL;
    const client = new s3.S3Client({
      // Servers other than AWS are seldom reached by a host name for each bucket.
      forcePathStyle: endpoint !== undefined && endpoint !== '',
      logger: SILENT,
      requestHandler: { connectionTimeout: CONNECTION_TIMEOUT, socketTimeout: SILENCE_TIMEOUT },
      // Every object is written with its SHA-256 and checked against one when it is read; others' servers know no more.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    const place = sha256(`${endpoint ?? ''} ${formatLocation(location)}`).slice(0, 16);
    return new S3Storage(new Bucket(s3, client, location), new ModelCache(join(cache, `${location.bucket}-${place}`)));
  }

  apps(): Promise<string[]> {
    return this.bucket.folders('');
  }

  versions(app: string): Promise<string[]> {
    return this.bucket.folders(app);
  }

  async manifest(app: string, version: string): Promise<StoredManifest | undefined> {
    const object = await this.bucket.get(`${app}/${version}/${MANIFEST_FILE}`);
    return object === undefined ? undefined : { text: object.content.toString('utf8'), writtenAt: object.modifiedAt };
  }

  async readFile(app: string, version: string, path: string): Promise<Uint8Array> {
    const object = await this.bucket.get(`${app}/${version}/${path}`);
    if (object === undefined) throw this.changed(app, version, path, 'it is missing');
    return object.content;
  }

  async verify(app: string, version: string, manifest: Manifest): Promise<void> {
    await eachOf(Object.entries(manifest.files), async ([path, expected]) => {
      this.assertSame(app, version, path, expected, await this.bucket.describe(`${app}/${version}/${path}`));
    });
  }

  async current(app: string): Promise<Promotion | undefined> {
    const current = await this.promotions.current(app);
    if (current !== undefined) {
      this.seen.set(app, current);
      await this.cache.remember(app, current);
    }
    return current;
  }

  lastKnown(app: string): Promise<Promotion | undefined> {
    return this.cache.lastKnown(app);
  }

  record(app: string, generation: number): Promise<Promotion | undefined> {
    return this.promotions.record(app, generation);
  }

  history(app: string): Promise<Promotion[]> {
    return this.promotions.history(app);
  }

  async append(app: string, promotion: NewPromotion, tellLeft: TellLeft): Promise<Promotion> {
    await this.tryConditions();
    return this.promotions.append(app, promotion, tellLeft);
  }

  settle(app: string): Promise<void> {
    return this.promotions.settle(app);
  }

  shadowChanges(app: string, most?: number): Promise<ShadowChange[]> {
    return this.shadows.list(app, most);
  }

  async appendShadowChange(app: string, change: NewShadowChange): Promise<ShadowChange> {
    await this.tryConditions();
    return this.shadows.append(app, change);
  }

  async directory(app: string, version: string, manifestSha256: string): Promise<string> {
    const folder = await this.cache.directory(app, manifestSha256, (empty) => this.download(app, version, manifestSha256, empty));
    const seen = this.seen.get(app);
    if (seen?.manifestSha256 === manifestSha256) await this.cache.remember(app, seen);
    return folder;
  }

  async add(app: string, version: string, source: string, manifest: Manifest): Promise<string> {
    await this.tryConditions();
    await uploadVersion(this.bucket, app, version, source, manifest);
    return `${this.location}/${app}/${version}`;
  }

  private async download(app: string, version: string, manifestSha256: string, folder: string): Promise<void> {
    const stored = await this.manifest(app, version);
    if (stored === undefined || sha256(stored.text) !== manifestSha256) {
      throw new AttuneError(
        'bad-model',
        `Version ${version} of ${app} in ${this.location} is ${stored === undefined ? 'gone' : 'not the one that was promoted'}.`,
        { remedy: `Promote a version that is there: attune models list ${app}.` },
      );
    }
    const { files } = parseManifest(stored.text, `${this.location}/${app}/${version}/${MANIFEST_FILE}`);
    await eachOf(Object.entries(files), async ([path, expected]) => {
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      this.assertSame(app, version, path, expected, await this.downloadFile(`${app}/${version}/${path}`, target));
    });
    await writeFile(join(folder, MANIFEST_FILE), stored.text);
  }

  private async downloadFile(key: string, target: string): Promise<FileDescription | undefined> {
    const file = await open(target, 'wx');
    try {
      return await this.bucket.describe(key, (chunk) => file.writeFile(chunk));
    } finally {
      await file.close();
    }
  }

  /** Once for each process that writes, and again where the server was away. */
  private tryConditions(): Promise<void> {
    this.tried ??= assertConditionalWrites(this.bucket).catch((error: unknown) => {
      this.tried = undefined;
      throw error;
    });
    return this.tried;
  }

  private assertSame(app: string, version: string, path: string, expected: FileDescription, found: FileDescription | undefined): void {
    if (found === undefined) throw this.changed(app, version, path, 'it is missing');
    if (found.bytes !== expected.bytes) throw this.changed(app, version, path, `it has ${found.bytes} bytes instead of ${expected.bytes}`);
    if (found.sha256 !== expected.sha256) throw this.changed(app, version, path, 'its SHA-256 is another');
  }

  private changed(app: string, version: string, path: string, how: string): AttuneError {
    return new AttuneError('bad-model', `${this.location}/${app}/${version}/${path} is not the file that the manifest describes: ${how}.`, {
      remedy: 'Publish the model again under another version.',
    });
  }
}
