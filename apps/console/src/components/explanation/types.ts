/** A word of a text, and how much it mattered to the text's label. */
export interface Influence {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly influence: number;
}

/** Rows that a head learnt from, near a text. */
export interface TrainingRows {
  readonly kept: number;
  readonly nearest: readonly {
    readonly text: string;
    readonly entity?: string;
    readonly label?: string | string[] | number;
    readonly cosine: number;
  }[];
}
