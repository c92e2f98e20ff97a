import type { Precision, Predictor } from '@attune/inference';
import type { KeptTensors } from './kept-tensors';

const CHUNK_TEXTS = 512;

interface EmbeddingOptions {
  signal: AbortSignal;
  /** Told how many of all texts are done. */
  onProgress: (done: number, total: number) => void;
}

/** Vectors of items' texts by an embedding model, as `embedItems` makes them; those that were kept of the same texts and model are taken. */
export async function embedOnce(
  kept: KeptTensors,
  embedder: string,
  { texts, precision, ...options }: EmbeddingOptions & { texts: readonly string[]; precision: Precision },
): Promise<{ vectors: Float32Array; width: number }> {
  const { readManifest } = await import('@attune/artifact');
  const { onnx, files, maxLength, normalization } = await readManifest(embedder);
  const model = [onnx[precision], 'tokenizer.json'].map((file) => (file === undefined ? undefined : files[file]?.sha256));
  const inputs = [JSON.stringify({ model, maxLength, normalization }), JSON.stringify(texts)];
  const tensors = await kept.of('texts', inputs, async () => {
    const { Predictor } = await import('@attune/inference');
    const predictor = await Predictor.open(embedder, { precision });
    const { vectors, width } = await embedItems(predictor, texts, options).finally(() => predictor.close());
    return new Map([['text', { shape: [texts.length, width], values: vectors }]]);
  });
  const text = tensors.get('text');
  return { vectors: text?.values ?? new Float32Array(0), width: text?.shape[1] ?? 0 };
}

/**
 * Vectors of items' texts by the ONNX file that serving will read; zeros where there is no text.
 *
 * @returns `[texts × width]` and the width
 */
export async function embedItems(
  predictor: Predictor,
  texts: readonly string[],
  { signal, onProgress }: EmbeddingOptions,
): Promise<{ vectors: Float32Array; width: number }> {
  const places = [...texts.keys()].filter((place) => texts[place] !== '');
  // Of similar lengths together: less padding.
  places.sort((a, b) => texts[a].length - texts[b].length);
  let width = 0;
  let vectors = new Float32Array(0);
  for (let start = 0; start < places.length; start += CHUNK_TEXTS) {
    signal.throwIfAborted();
    const chunk = places.slice(start, start + CHUNK_TEXTS);
    const rows = await predictor.embed(
      chunk.map((place) => texts[place]),
      { bulk: true },
    );
    if (width === 0) vectors = new Float32Array(texts.length * (width = rows[0].length));
    rows.forEach((row, at) => vectors.set(row, chunk[at] * width));
    onProgress(Math.min(places.length, start + CHUNK_TEXTS), places.length);
  }
  return { vectors, width };
}
