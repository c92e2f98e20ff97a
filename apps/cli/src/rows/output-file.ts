import { open, mkdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const BUFFER_BYTES = 1 << 18;

/**
 * A file that appears whole or not at all: it is written beside its place under a hidden name, and moved there by
 * `commit`.
 */
export class OutputFile {
  private buffered: Uint8Array[] = [];
  private bufferedBytes = 0;

  private constructor(
    readonly path: string,
    private readonly partialPath: string,
    private readonly handle: FileHandle,
  ) {}

  /** Creates the file's folder where it is missing. */
  static async create(path: string): Promise<OutputFile> {
    await mkdir(dirname(path), { recursive: true });
    const partialPath = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
    return new OutputFile(path, partialPath, await open(partialPath, 'w'));
  }

  /** Appends text or bytes. */
  async write(chunk: string | Uint8Array): Promise<void> {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.buffered.push(bytes);
    this.bufferedBytes += bytes.byteLength;
    if (this.bufferedBytes >= BUFFER_BYTES) await this.flush();
  }

  /** Writes over the file's first bytes, for a header whose content is known only at the end. */
  async overwriteStart(bytes: Uint8Array): Promise<void> {
    await this.flush();
    await this.handle.write(bytes, 0, bytes.byteLength, 0);
  }

  /** Moves the file to its place. */
  async commit(): Promise<void> {
    await this.flush();
    await this.handle.sync();
    await this.handle.close();
    await rename(this.partialPath, this.path);
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    await this.handle.close();
    await rm(this.partialPath, { force: true });
  }

  private async flush(): Promise<void> {
    const { buffered } = this;
    this.buffered = [];
    this.bufferedBytes = 0;
    if (buffered.length > 0) await this.handle.appendFile(Buffer.concat(buffered));
  }
}

/** Writes a file through `work`; a failure leaves nothing behind. */
export async function writeOutputFile<T>(path: string, work: (file: OutputFile) => Promise<T>): Promise<T> {
  const file = await OutputFile.create(path);
  try {
    const result = await work(file);
    await file.commit();
    return result;
  } catch (error) {
    await file.discard();
    throw await withPath(error, path);
  }
}

/** Says which file a full disk kept from being written; errors of writing do not name it. */
async function withPath(error: unknown, path: string): Promise<unknown> {
  const { AttuneError, isDiskFull } = await import('@attune/artifact');
  if (!isDiskFull(error)) return error;
  return new AttuneError('disk-full', `The disk is full: ${path} could not be written.`, {
    remedy: 'Make room and run the same command again.',
    cause: error,
  });
}
