import picocolors from 'picocolors';
import { environment } from './environment';

type Colours = ReturnType<typeof picocolors.createColors>;

/** Colours for results, on stdout; plain where it is no terminal. */
export function resultColours(): Colours {
  return picocolors.createColors(environment.hasColours(process.stdout));
}

/** Colours for messages, on stderr; plain where it is no terminal. */
export function messageColours(): Colours {
  return picocolors.createColors(environment.hasColours(process.stderr));
}

/** Writes a result, and a line break, to stdout. */
export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes a result as one line of JSON to stdout. Numbers that JSON lacks become null. */
export function printJson(value: unknown): void {
  printResult(JSON.stringify(value));
}

/** Writes a message for the reader, and a line break, to stderr, so that results can be piped. */
export function printMessage(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** `12,345` */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `0.9731`, or a dash where there is no number. */
export function formatScore(score: number | undefined): string {
  return score === undefined || !Number.isFinite(score) ? '–' : score.toFixed(4);
}

/** `850 ms`, `3.2 s`, `17 s`, `4 min 10 s`, `2 h 5 min` */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
