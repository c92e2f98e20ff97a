import type { DataReport, TrainingEvent } from '@attune/finetune';
import { Progress } from './progress';
import { formatCount, formatDuration, formatScore, messageColours, printMessage } from './terminal';
import type { FinishedRun, TrainingReporter } from './training-reporter';

type StepEvent = Extract<TrainingEvent, { type: 'step' }>;
type EvaluationEvent = Extract<TrainingEvent, { type: 'evaluation' }>;

/** Shows a training run on stderr as it goes. */
export class TrainingDisplay implements TrainingReporter {
  private readonly progress = new Progress();
  private readonly colours = messageColours();

  /** Shows one event of the run. */
  show(event: TrainingEvent): void {
    switch (event.type) {
      case 'phase':
        this.progress.line(this.colours.bold(sentenceCase(event.name)));
        break;
      case 'data':
        for (const line of dataLines(event.report)) this.progress.line(line);
        break;
      case 'parameters':
        this.progress.line(parametersLine(event.trainable, event.total));
        break;
      case 'step':
        this.progress.update({ done: event.step, total: event.steps, detail: stepDetail(event) });
        break;
      case 'evaluation':
        this.progress.line(this.evaluationLine(event));
        break;
      case 'note':
        this.note(event.message);
        break;
    }
  }

  /** Prints a remark. */
  note(message: string): void {
    this.progress.line(this.colours.yellow(message));
  }

  /** Ends the live display. */
  stop(): void {
    this.progress.stop();
  }

  finish(result: FinishedRun): void {
    const { colours } = this;
    const share = `${formatCount(result.trainableParameters)} of ${formatCount(result.totalParameters)} parameters`;
    printMessage(
      `\n${colours.green('Wrote')} ${colours.bold(result.directory)} after ${formatDuration(result.seconds)}, training ${share}.`,
    );
  }

  private evaluationLine({ epoch, step, metrics, best }: EvaluationEvent): string {
    const figures = Object.entries(metrics).map(([name, value]) => `${name} ${formatScore(value)}`);
    const mark = best ? this.colours.green('  best so far') : '';
    return `  epoch ${formatEpoch(epoch)}, step ${formatCount(step)}: ${figures.join(', ')}${mark}`;
  }
}

function dataLines({ splits, notices }: DataReport): string[] {
  const sizes = splits.map(({ name, rows }) => `${name} ${formatCount(rows)} rows`).join(', ');
  const labels = splits[0].labels.length;
  return [`  ${sizes}${labels === 0 ? '' : `, ${formatCount(labels)} labels`}`, ...notices.map((notice) => `  ! ${notice}`)];
}

function parametersLine(trainable: number, total: number): string {
  return `  trainable parameters: ${formatCount(trainable)} of ${formatCount(total)} (${((100 * trainable) / total).toPrecision(3)} %)`;
}

function stepDetail(event: StepEvent): string {
  const epoch = `epoch ${formatEpoch(event.epoch)} of ${formatEpoch(event.epochs)}`;
  const { tokensPerSecond } = event;
  const speed =
    tokensPerSecond === undefined
      ? `${formatCount(Math.round(event.examplesPerSecond))} rows/s`
      : `${formatCount(Math.round(tokensPerSecond))} tokens/s`;
  return [epoch, `loss ${formatScore(event.loss)}`, speed, `${formatDuration(Math.max(1, Math.round(event.secondsLeft)))} left`].join(', ');
}

function sentenceCase(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}

function formatEpoch(epoch: number): string {
  return Number.isInteger(epoch) ? String(epoch) : epoch.toFixed(2);
}
