import { addToSketch, driftFrom, emptySketch, mergeSketches, type Drift, type ManifestTask, type ScoreSketch } from '@attune/artifact';
import type { ComputedText } from './call';

/** What a watched model is compared with, and how. */
export interface ScoreWatchOptions {
  readonly tasks: readonly ManifestTask[];
  /** Name of the ONNX output of vectors, where there is one. */
  readonly embeddingOutput: string | undefined;
  /** Sketch of its validation rows; a model of before has none. */
  readonly reference: ScoreSketch | undefined;
  /** Milliseconds that are looked back; default a day. */
  readonly span?: number;
  readonly now?: () => number;
}

/** How far a model's texts and what it says of them have moved from its validation rows. */
export interface DriftReport {
  /** Texts of the time looked at. */
  readonly rows: number;
  readonly since: Date;
  /** Absent while there are too few texts, or where the model has no reference. */
  readonly drift?: Drift;
}

const DAY = 86_400_000;
/** Parts of the time looked back, of which the oldest is dropped as a new one begins. */
const PARTS = 24;
/** Texts below which nothing is said: the noise of so few is as large as what is looked for. */
const LEAST_ROWS = 200;

/** Counts what a model is asked and says of late, in sums of a fixed size: no text is kept. */
export class ScoreWatch {
  private readonly now: () => number;
  private readonly part: number;
  private parts: { readonly begun: number; readonly sketch: ScoreSketch }[] = [];

  constructor(private readonly options: ScoreWatchOptions) {
    this.now = options.now ?? Date.now;
    this.part = (options.span ?? DAY) / PARTS;
  }

  add({ rows }: Pick<ComputedText, 'rows'>): void {
    const { tasks, embeddingOutput } = this.options;
    const vector = embeddingOutput === undefined ? undefined : rows.get(embeddingOutput);
    addToSketch(this.latest(), tasks, (output) => rows.get(output), vector);
  }

  report(): DriftReport {
    this.dropOld();
    const { reference } = this.options;
    const sketch = mergeSketches(this.parts.map((part) => part.sketch));
    const since = new Date(this.parts.at(0)?.begun ?? this.now());
    const isTold = reference !== undefined && sketch.rows >= LEAST_ROWS;
    return { rows: sketch.rows, since, ...(isTold ? { drift: driftFrom(reference, sketch) } : {}) };
  }

  private latest(): ScoreSketch {
    const newest = this.parts.at(-1);
    if (newest !== undefined && this.now() < newest.begun + this.part) return newest.sketch;
    this.dropOld();
    const sketch = emptySketch();
    this.parts.push({ begun: this.now(), sketch });
    return sketch;
  }

  private dropOld(): void {
    const oldest = this.now() - this.part * PARTS;
    this.parts = this.parts.filter(({ begun }) => begun > oldest);
  }
}
