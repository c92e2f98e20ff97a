import { SingleBar } from 'cli-progress';
import { messageColours, printMessage } from './terminal';

/** Seconds between two lines where the output is no terminal. */
const SECONDS_BETWEEN_LINES = 10;

/** How far the work is. */
export interface ProgressState {
  done: number;
  /** Absent where the end is not known. */
  total?: number;
  /** What is counted, and how fast: `epoch 2 of 5, loss 0.31`. */
  detail: string;
}

/** Shows on stderr how far a piece of work is. */
export interface LiveProgress {
  /** Shows the state; cheap enough to call at every step. */
  update(state: ProgressState): void;
  /** Prints a line that stays. */
  line(text: string): void;
  /** Takes away what is drawn; the next update brings it back. */
  stop(): void;
}

/**
 * Live progress on stderr: a bar that is redrawn in place on a terminal, a plain line now and then where the output
 * goes to a file or a pipe. Lines for keeps stand above the bar.
 */
export class Progress implements LiveProgress {
  private bar: SingleBar | undefined;
  private lastLineAt = performance.now();

  /** Shows the state; cheap enough to call at every step. */
  update(state: ProgressState): void {
    if (process.stderr.isTTY) this.draw(state);
    else this.printNowAndThen(state);
  }

  /** Prints a line that stays. */
  line(text: string): void {
    this.stop();
    printMessage(text);
  }

  /** Takes the bar away; the next update brings it back. */
  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private draw(state: ProgressState): void {
    const payload = { detail: state.detail };
    if (this.bar !== undefined) {
      this.bar.setTotal(state.total ?? 0);
      this.bar.update(state.done, payload);
      return;
    }
    const colours = messageColours();
    const format = state.total === undefined ? '{detail}' : `${colours.cyan('{bar}')} {percentage} %  {detail}`;
    this.bar = new SingleBar({
      format,
      stream: process.stderr,
      barCompleteChar: '━',
      barIncompleteChar: ' ',
      barsize: 24,
      fps: 8,
      clearOnComplete: true,
      hideCursor: true,
      gracefulExit: false,
    });
    this.bar.start(state.total ?? 0, state.done, payload);
  }

  private printNowAndThen({ done, total, detail }: ProgressState): void {
    const now = performance.now();
    if (now - this.lastLineAt < SECONDS_BETWEEN_LINES * 1000) return;
    this.lastLineAt = now;
    printMessage(total === undefined || total === 0 ? detail : `${Math.floor((100 * done) / total)} %  ${detail}`);
  }
}
