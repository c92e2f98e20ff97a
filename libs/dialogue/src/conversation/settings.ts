/** From which probabilities on the service speaks. They come from validation data (`chooseThresholds`). */
export interface Thresholds {
  /** Of an entry, from which on it is the answer. */
  readonly answer: number;
  /** Of the candidates offered, taken together, from which on it is worth asking which one is meant. */
  readonly clarify: number;
}

/** How a conversation is led. */
export interface DialogueSettings {
  readonly thresholds: Thresholds;
  /** Probability that one of the quoted passages answers, from which on they are quoted. */
  readonly quoteThreshold: number;
  /** Turns in a row without an answer after which a person takes over. */
  readonly unsureTurns: number;
  /** Candidates that a clarifying question offers at most. */
  readonly alternatives: number;
  /** Labels of the head whose messages ask for a person. */
  readonly personIntents: readonly string[];
  /** Probability of anger that is strong, and how many of the last three messages must show it. */
  readonly strongAnger: number;
  readonly angryMessages: number;
}
