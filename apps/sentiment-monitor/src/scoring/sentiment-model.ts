import type { Sentiment } from '@attune/contracts';
import type { CallOptions, ModelServer, TextInput } from '@attune/inference';
import { sentimentTasks, toSentiment, type SentimentTasks } from '@attune/opinion';

/** What the head says of a text. */
export interface ScoredText {
  sentiment: Sentiment;
  /** Topics from their thresholds on. */
  topics: string[];
  /** Probability of each topic that the head knows. */
  topicProbabilities: Readonly<Record<string, number>>;
  /** Of length 1, where it was asked for and the head gives one. */
  embedding?: Float32Array;
}

/** Results of one version of the model. */
export interface Scores {
  modelVersion: string;
  results: ScoredText[];
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

  /**
   * Scores texts, each about its pair where it has one; all by one version of the head.
   *
   * @throws Overloaded where the queue is full and the call is not a bulk one
   */
  score(texts: readonly TextInput[], options: CallOptions & { embedding?: boolean } = {}): Promise<Scores> {
    return this.server.using(async ({ version, predictor }) => {
      const { sentiment, topics } = sentimentTasks(predictor.tasks);
      const predictions = await predictor.predictAll(texts, {
        ...options,
        tasks: topics === undefined ? [sentiment] : [sentiment, topics],
      });
      const results = predictions.map(({ tasks, embedding }): ScoredText => {
        const about = topics === undefined ? undefined : tasks[topics];
        return {
          sentiment: toSentiment(tasks[sentiment].probabilities),
          topics: [...(about?.labels ?? [])],
          topicProbabilities: about?.probabilities ?? {},
          ...(embedding === undefined ? {} : { embedding }),
        };
      });
      return { modelVersion: version, results };
    });
  }
}
