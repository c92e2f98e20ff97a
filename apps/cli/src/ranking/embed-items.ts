import type { Predictor } from '@attune/inference';

const CHUNK_TEXTS = 512;

/**
 * Vectors of items' texts by the ONNX file that serving will read; zeros where there is no text.
 *
 * @param onProgress told how many of all texts are done
 * @returns `[texts × width]` and the width
 */
export async function embedItems(
  predictor: Predictor,
  texts: readonly string[],
  { signal, onProgress }: { signal: AbortSignal; onProgress: (done: number, total: number) => void },
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
