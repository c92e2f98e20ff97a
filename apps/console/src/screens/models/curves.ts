import { primaryFigure } from './figures';

/** A training's figures after some of its epochs. */
interface Evaluation {
  readonly epoch: number;
  readonly step: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** A figure after each evaluation; its name has the task in front where there are several. */
export interface Curve {
  readonly task: string | undefined;
  readonly figure: string;
  readonly values: readonly (number | null)[];
}

/** The curves of a training: the losses, and of each task its first figure. */
export function curvesOf(evaluations: readonly Evaluation[]): { epochs: number[]; losses: Curve[]; scores: Curve[] } {
  const names = [...new Set(evaluations.flatMap(({ metrics }) => Object.keys(metrics)))];
  const curve = (name: string): Curve => ({ ...splitName(name), values: evaluations.map(({ metrics }) => metrics[name] ?? null) });
  const curves = names.map(curve);
  const figures = curves.filter(({ figure }) => figure !== 'loss');
  const tasks = [...new Set(figures.map(({ task }) => task))];
  const scores = tasks.flatMap((task) => firstCurve(figures.filter((curve) => curve.task === task)));
  return { epochs: evaluations.map(({ epoch }) => epoch), losses: curves.filter(({ figure }) => figure === 'loss'), scores };
}

/** Of a task's figures the one that is told first. */
function firstCurve(curves: readonly Curve[]): Curve[] {
  const known = curves.map(({ figure, values }) => [figure, values.findLast((value) => value !== null) ?? null] as const);
  const first = primaryFigure(Object.fromEntries(known));
  return curves.filter(({ figure }) => figure === first);
}

/** `intent.macroF1` is a figure of the task `intent`; names of tasks may hold dots themselves. */
export function splitName(name: string): { task: string | undefined; figure: string } {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? { task: undefined, figure: name } : { task: name.slice(0, dot), figure: name.slice(dot + 1) };
}

/** An exponential moving average over about `span` values, without the pull of a first value (Kingma & Ba 2015, section 3). */
export function smooth(values: readonly (number | null)[], span: number): (number | null)[] {
  const kept = 1 - 1 / span;
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = kept * sum + (1 - kept) * value;
    weight = kept * weight + (1 - kept);
    return sum / weight;
  });
}
