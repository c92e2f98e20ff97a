import { endianness } from 'node:os';
import type { OutputFile } from './output-file';

/** Bytes of the header, whatever the shape: data starts at a multiple of 64 (NumPy Enhancement Proposal 1). */
const HEADER_BYTES = 128;
const MAGIC = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);

/**
 * Writes vectors of one length as the rows of a float32 array in NumPy's .npy format, version 1.0. The number of rows
 * stands in the header, which is written over at the end.
 */
export class NpyWriter {
  private rows = 0;
  private columns = 0;

  private constructor(private readonly file: OutputFile) {}

  static async start(file: OutputFile): Promise<NpyWriter> {
    await file.write(Buffer.alloc(HEADER_BYTES));
    return new NpyWriter(file);
  }

  /** Appends `[dimension]` vectors. */
  async write(vectors: readonly Float32Array[]): Promise<void> {
    for (const vector of vectors) {
      this.columns = vector.length;
      this.rows++;
      await this.file.write(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength).slice());
    }
  }

  /** Fills in the header. */
  async finish(): Promise<void> {
    const order = endianness() === 'LE' ? '<' : '>';
    const description = `{'descr': '${order}f4', 'fortran_order': False, 'shape': (${this.rows}, ${this.columns}), }`;
    const text = `${description.padEnd(HEADER_BYTES - MAGIC.length - 3)}\n`;
    const length = Buffer.alloc(2);
    length.writeUInt16LE(text.length);
    await this.file.overwriteStart(Buffer.concat([MAGIC, length, Buffer.from(text, 'latin1')]));
  }
}
