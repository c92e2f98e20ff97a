import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '@attune/artifact';
import type * as S3 from '@aws-sdk/client-s3';
import { formatLocation, type ObjectStoreLocation } from '../location';
import { clientError, explainError } from './explain-error';

/** A small object, read whole. */
export interface StoredObject {
  readonly content: Buffer;
  /** Changes with its content. */
  readonly etag: string;
  readonly modifiedAt: Date;
}

/** What is asked of an object that is written: that it is not there, or that it is still the one with this tag. */
export type WriteCondition = 'absent' | { readonly etag: string };

/** Size and SHA-256 of a file, as its manifest has them. */
export interface FileDescription {
  readonly sha256: string;
  readonly bytes: number;
}

/** A right to write that can be lost. */
export interface RightToWrite {
  /** Aborted, with the error to throw, when it is known to be lost. */
  readonly lost: AbortSignal;
  /** @throws the error to throw where it is lost or cannot be made sure of */
  assertHeld(): Promise<void>;
}

/** Metadata of our objects: who wrote one, to know one's own write again when its answer was lost, and the hash of a file. */
const WRITER = 'attune-writer';
const SHA256 = 'attune-sha256';

/** Times that a file is sent, or a write is tried that met another in the same instant. */
const ATTEMPTS = 4;
const FIRST_PAUSE = 100;

/** The part of a bucket that a model store lies in. Errors of its client come out as AttuneErrors that say what to do. */
export class Bucket {
  readonly address: string;

  /** @param s3 the module of the client, which is loaded where an object store is used */
  constructor(
    private readonly s3: typeof S3,
    private readonly client: S3.S3Client,
    private readonly location: ObjectStoreLocation,
  ) {
    this.address = formatLocation(location);
  }

  /** Reads a small object; undefined where there is none. */
  async get(key: string): Promise<StoredObject | undefined> {
    const object = await this.open(key);
    if (object === undefined) return undefined;
    const content = await this.attempt(`read ${key}`, async () => Buffer.from((await object.Body?.transformToByteArray()) ?? []));
    return { content, etag: object.ETag ?? '', modifiedAt: object.LastModified ?? new Date() };
  }

  /** Opens an object's content as a stream, whose errors are the client's own; undefined where there is no such object. */
  async stream(key: string): Promise<Readable | undefined> {
    const object = await this.open(key);
    if (object === undefined) return undefined;
    // Node's stream, as this client makes them.
    return object.Body instanceof Readable ? object.Body : Readable.from([]);
  }

  /** Whether an object was written by `putFile` with this content. */
  async holdsFile(key: string, { sha256: expected, bytes }: FileDescription): Promise<boolean> {
    const head = await this.head(key);
    return head?.ContentLength === bytes && head.Metadata?.[SHA256] === expected;
  }

  /**
   * Writes a small object if a condition holds, in one step that no other writer can come between.
   *
   * @returns the tag of what was written; undefined where the condition does not hold
   */
  async putIf(key: string, text: string, condition: WriteCondition): Promise<string | undefined> {
    const writer = randomUUID();
    const command = new this.s3.PutObjectCommand({
      ...this.object(key),
      Body: text,
      ContentType: 'application/json',
      ChecksumSHA256: base64(sha256(text)),
      Metadata: { [WRITER]: writer },
      ...(condition === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag }),
    });
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.client.send(command)).ETag ?? '';
      } catch (cause) {
        const { status, name } = clientError(cause);
        // Another write was under way: whether the condition holds is seen when it is through.
        if (status === 409 && attempt < ATTEMPTS) await pause(attempt);
        else if (status === 412 || status === 409 || name === 'NoSuchKey') return this.ownWrite(key, writer);
        else throw this.explain(cause, `write ${key}`);
      }
    }
  }

  /**
   * Sends a file, which the server checks against its hash. It is there whole or not at all.
   *
   * @param right to write it: asked before each attempt, and its loss ends one
   * @throws AttuneError; what the right fails of, or was lost with
   */
  async putFile(key: string, file: string, { sha256: hash, bytes }: FileDescription, right: RightToWrite): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await right.assertHeld();
      // A stream can be read once, so the client cannot try again by itself.
      const Body = createReadStream(file);
      try {
        const Metadata = { [SHA256]: hash };
        await this.client.send(
          new this.s3.PutObjectCommand({ ...this.object(key), Body, ContentLength: bytes, ChecksumSHA256: base64(hash), Metadata }),
          { abortSignal: right.lost },
        );
        return;
      } catch (cause) {
        right.lost.throwIfAborted();
        const { status = 500 } = clientError(cause);
        if (status < 500 || attempt === ATTEMPTS) throw this.explain(cause, `write ${key}`);
        await pause(attempt);
      } finally {
        Body.destroy();
      }
    }
  }

  /** Size and SHA-256 of an object's content, read to its end; undefined where there is none. */
  async describe(key: string, onChunk?: (chunk: Buffer) => Promise<void>): Promise<FileDescription | undefined> {
    const content = await this.stream(key);
    if (content === undefined) return undefined;
    const hash = createHash('sha256');
    let bytes = 0;
    const chunks: AsyncIterator<Buffer> = content[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await this.attempt(`read ${key}`, () => chunks.next());
        if (done === true) return { sha256: hash.digest('hex'), bytes };
        hash.update(value);
        bytes += value.length;
        await onChunk?.(value);
      }
    } finally {
      // Where the rest is of no use, its connection is not left open.
      content.destroy();
    }
  }

  /** Keys that begin with a text. */
  async keys(start: string): Promise<string[]> {
    return (await this.list(start)).keys;
  }

  /** Names of what looks like folders in one; an empty path is the top. */
  async folders(path: string): Promise<string[]> {
    const start = path === '' ? '' : `${path}/`;
    const { prefixes } = await this.list(start, '/');
    return prefixes.map((prefix) => prefix.slice(start.length, -1));
  }

  async delete(key: string): Promise<void> {
    await this.attempt(`delete ${key}`, () => this.client.send(new this.s3.DeleteObjectCommand(this.object(key))));
  }

  private async open(key: string): Promise<S3.GetObjectCommandOutput | undefined> {
    return this.unlessMissing(`read ${key}`, () => this.client.send(new this.s3.GetObjectCommand(this.object(key))));
  }

  private async head(key: string) {
    return this.unlessMissing(`read ${key}`, () => this.client.send(new this.s3.HeadObjectCommand(this.object(key))));
  }

  /** The tag of an object where this writer wrote it: an answer may get lost, and its repetition then finds the condition broken. */
  private async ownWrite(key: string, writer: string): Promise<string | undefined> {
    const head = await this.head(key);
    return head?.Metadata?.[WRITER] === writer ? (head.ETag ?? '') : undefined;
  }

  private async list(start: string, Delimiter?: string): Promise<{ keys: string[]; prefixes: string[] }> {
    const { bucket: Bucket, prefix } = this.location;
    const root = prefix === '' ? '' : `${prefix}/`;
    const keys: string[] = [];
    const prefixes: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const command = new this.s3.ListObjectsV2Command({
        Bucket,
        Prefix: root + start,
        ContinuationToken,
        ...(Delimiter && { Delimiter }),
      });
      const page = await this.attempt(`list ${start === '' ? 'the applications' : start}`, () => this.client.send(command));
      keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key?.slice(root.length) ?? []));
      prefixes.push(...(page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix?.slice(root.length) ?? []));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return { keys, prefixes };
  }

  private object(key: string): { Bucket: string; Key: string } {
    const { bucket: Bucket, prefix } = this.location;
    return { Bucket, Key: prefix === '' ? key : `${prefix}/${key}` };
  }

  private async unlessMissing<T>(action: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (cause) {
      const { name } = clientError(cause);
      if (name === 'NoSuchKey' || name === 'NotFound') return undefined;
      throw this.explain(cause, action);
    }
  }

  private async attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw this.explain(cause, action);
    }
  }

  private explain(cause: unknown, action: string): Error {
    return explainError(cause, this.address, this.location.bucket, action);
  }
}

function base64(hexadecimal: string): string {
  return Buffer.from(hexadecimal, 'hex').toString('base64');
}

/** Longer after each attempt, and of another length for each of those that met. */
function pause(attempt: number): Promise<void> {
  return sleep(FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random()));
}
