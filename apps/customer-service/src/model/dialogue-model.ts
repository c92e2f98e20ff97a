import { AttuneError, type StoredModel } from '@attune/artifact';
import { dialogueTasks, toUnderstanding, type Understanding } from '@attune/dialogue';
import { nearestRows, type CallOptions, type ModelServer, type NearestRows, type ServedModel } from '@attune/inference';

/** What the head says of a text, of one pass through it. */
export interface UnderstoodText {
  readonly understanding: Understanding;
  /** Of length 1. */
  readonly embedding: Float32Array;
}

/** One version of the head, as long as the work with it lasts. */
export interface UsedModel {
  readonly version: string;
  /** By which its vectors are known. */
  readonly manifestSha256: string;
  /** The directory of its tokenizer, and how many tokens it reads of a text, special ones included. */
  readonly tokenization: { readonly directory: string; readonly maxLength: number };
  understand(texts: readonly string[], options?: CallOptions): Promise<UnderstoodText[]>;
  /** A vector of length 1 for each text. */
  embed(texts: readonly string[], options?: CallOptions): Promise<Float32Array[]>;
  /** Rows that it learnt from, near each text, where it keeps any. */
  nearestRows(texts: readonly string[], signal: AbortSignal): Promise<NearestRows[]>;
}

/** The head that serves, as this service asks it. */
export class DialogueModel {
  constructor(private readonly server: ModelServer) {}

  get version(): string {
    return this.server.version;
  }

  /** Calls back after each change of version. Returns what ends that. */
  onSwap(listener: () => void): () => void {
    return this.server.onSwap(listener);
  }

  /** Does work with one version of the head, which stays loaded until the work ends. */
  using<T>(work: (model: UsedModel) => Promise<T>): Promise<T> {
    return this.server.using((served) => work(usedModel(served)));
  }
}

/** A version that is loaded, whether it serves yet or not. */
export function usedModel({ version, manifestSha256, predictor, examples }: ServedModel): UsedModel {
  const tasks = dialogueTasks(predictor.tasks);
  const names = [tasks.intent, ...(tasks.tone === undefined ? [] : [tasks.tone])];
  return {
    version,
    manifestSha256,
    tokenization: predictor.tokenization,
    embed: (texts, options) => predictor.embed(texts, options),
    nearestRows: (texts, signal) =>
      nearestRows(
        { predictor, examples },
        texts.map((text) => ({ text })),
        signal,
      ),
    understand: async (texts, options) => {
      const predictions = await predictor.predictAll(
        texts.map((text) => ({ text })),
        { ...options, tasks: names, embedding: true },
      );
      return predictions.map(({ tasks: said, embedding = new Float32Array() }) => ({
        understanding: toUnderstanding(tasks, said),
        embedding,
      }));
    },
  };
}

/** @throws AttuneError `bad-model` where a version is no head for conversations */
export function assertDialogueModel({ manifest, version }: StoredModel): void {
  dialogueTasks(manifest.tasks);
  if (manifest.embedding !== undefined) return;
  throw new AttuneError('bad-model', `Version ${version} gives no embeddings, by which answers are found.`, {
    remedy: 'Export the head with `export: {embedding: true}` in head.yaml.',
  });
}
