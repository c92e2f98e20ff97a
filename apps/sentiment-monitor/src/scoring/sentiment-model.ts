import { nearestRows, type CallOptions, type ModelServer, type NearestRows, type TextInput } from '@attune/inference';
import { scoreInputs, sentimentTasks, type ScoredInputs, type SentimentTasks } from '@attune/opinion';

/** Results of one version of the model. */
export interface Scores extends ScoredInputs {
  modelVersion: string;
}

/** The head that serves, as this service asks it. */
export class SentimentModel {
  private constructor(private readonly server: ModelServer) {}

  /** @throws AttuneError `bad-model` where the head that serves does something else */
  static over(server: ModelServer): SentimentModel {
    sentimentTasks(server.tasks);
    return new SentimentModel(server);
  }

  get version(): string {
    return this.server.version;
  }

  get tasks(): SentimentTasks {
    return sentimentTasks(this.server.tasks);
  }

  /** Whether the version that serves gives embeddings. */
  get embeds(): boolean {
    return this.server.embeds;
  }

  /**
   * Scores texts, each about its pair where it has one; all by one version of the head.
   *
   * @param descriptions texts whose embeddings are wanted too
   * @throws Overloaded where the queue is full and the call is not a bulk one
   */
  score(texts: readonly TextInput[], options: CallOptions = {}, descriptions: readonly string[] = []): Promise<Scores> {
    return this.server.using(async ({ version, predictor }) => ({
      modelVersion: version,
      ...(await scoreInputs(predictor, texts, descriptions, options)),
    }));
  }

  /**
   * Rows that the version that serves learnt from, near each text.
   *
   * @throws Overloaded
   */
  nearestRows(texts: readonly TextInput[], signal: AbortSignal): Promise<NearestRows[]> {
    return this.server.using((served) => nearestRows(served, texts, signal));
  }
}
