import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AttuneError, isDiskFull } from '@attune/artifact';
import type { Dataset, DatasetFormat } from '@attune/contracts';
import { HttpProblem } from '@attune/service-kit';
import type { TrainingFiles } from '../training-files';
import type { DatasetRepository } from './dataset-repository';
import { inspectDataset } from './inspect-dataset';

/** Who uploads what. */
export interface DatasetUpload {
  readonly name: string;
  readonly format: DatasetFormat;
  readonly createdBy: string;
  readonly body: unknown;
}

/** Takes data sets in, and lets them go. */
export class DatasetService {
  constructor(
    private readonly repository: DatasetRepository,
    private readonly files: TrainingFiles,
    private readonly mostBytes: number,
  ) {}

  /**
   * Stores a body as a data set once it is whole and every row of it can be read.
   *
   * @throws HttpProblem `too-large`, `malformed-body` naming the row; AttuneError `disk-full`
   */
  async receive({ name, format, createdBy, body }: DatasetUpload): Promise<Dataset> {
    const id = randomUUID();
    const upload = this.files.upload(id, format);
    const file = this.files.dataset(id, format);
    try {
      const written = await this.write(body, upload);
      const content = await inspectDataset(upload, format);
      await rename(upload, file);
      return await this.repository.create({ id, name, format, createdBy, ...written, ...content });
    } catch (error) {
      await Promise.all([upload, file].map((path) => rm(path, { force: true })));
      throw explain(error);
    }
  }

  /** @throws AttuneError `not-found`, `conflict` while a training needs it */
  async delete(id: string, actor: string): Promise<void> {
    const { format } = await this.repository.delete(id, actor);
    await rm(this.files.dataset(id, format), { force: true });
  }

  private async write(body: unknown, file: string): Promise<{ bytes: number; sha256: string }> {
    const hash = createHash('sha256');
    const { mostBytes } = this;
    let bytes = 0;
    // Left open where it is refused, so that the answer reaches whoever still sends.
    const chunks = body instanceof Readable ? (body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) : [];
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > mostBytes) throw new HttpProblem('too-large', { detail: `A data set has ${mostBytes} bytes at most.` });
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(counted, createWriteStream(file, { flags: 'wx' }));
    return { bytes, sha256: hash.digest('hex') };
  }
}

function explain(error: unknown): unknown {
  if (isDiskFull(error)) return new AttuneError('disk-full', 'The disk is full: the data set was not stored.', { cause: error });
  if (!(error instanceof AttuneError) || error.code !== 'bad-data') return error;
  return new HttpProblem('malformed-body', { detail: `${error.message} ${error.remedy ?? ''}`.trim(), cause: error });
}
