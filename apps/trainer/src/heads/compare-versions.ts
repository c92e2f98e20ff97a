import type { HeadComparison, HeadTaskReport, HeadVersionDetails } from '@attune/contracts';

type Side = 'version' | 'with';
type Figures = Record<string, number | null>;

/** Two versions side by side: the figures of each task, and the F1 of each label, with what has changed. */
export function compareVersions(version: HeadVersionDetails, other: HeadVersionDetails): HeadComparison {
  const reports = {
    test: { version: tasksOf(version, 'test'), with: tasksOf(other, 'test') },
    validation: { version: tasksOf(version, 'validation'), with: tasksOf(other, 'validation') },
  };
  const names = union(
    Object.keys({ ...reports.validation.version, ...reports.test.version }),
    Object.keys({ ...reports.validation.with, ...reports.test.with }),
  );
  const tasks = names.map((name) => {
    const on = name in reports.test.version && name in reports.test.with ? 'test' : 'validation';
    const sides = { version: reports[on].version[name], with: reports[on].with[name] };
    const sameRows = JSON.stringify(supportOf(sides.version)) === JSON.stringify(supportOf(sides.with));
    return [name, { on, sameRows, metrics: differences(sides, figuresOf), f1: differences(sides, f1OfLabels) }] as const;
  });
  return { version: summaryOf(version), with: summaryOf(other), tasks: Object.fromEntries(tasks) };
}

function summaryOf({ reports: _reports, history: _history, ...summary }: HeadVersionDetails): HeadComparison['version'] {
  return summary;
}

/** The reports of all tasks by their names; of a head with one task, by the task's own name in the manifest. */
function tasksOf({ reports, metrics }: HeadVersionDetails, on: 'test' | 'validation'): Record<string, HeadTaskReport | undefined> {
  const report = reports[on];
  if (report === undefined) return {};
  const { tasks, ...only } = report;
  return tasks ?? { [Object.keys(metrics)[0] ?? 'task']: only };
}

function figuresOf(report: HeadTaskReport): Figures {
  const single = Object.entries(report).filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[0] !== 'rows');
  const { expectedCalibrationError: calibration } = report;
  return { ...Object.fromEntries(single), ...(calibration === undefined ? {} : { expectedCalibrationError: calibration.after }) };
}

function f1OfLabels({ perClass = [] }: HeadTaskReport): Figures {
  return Object.fromEntries(perClass.map(({ label, f1 }) => [label, f1]));
}

function supportOf(report: HeadTaskReport | undefined): unknown {
  return report === undefined ? undefined : [report.rows, ...(report.perClass ?? []).map(({ label, support }) => [label, support])];
}

function differences(
  sides: Record<Side, HeadTaskReport | undefined>,
  figures: (report: HeadTaskReport) => Figures,
): HeadComparison['tasks'][string]['f1'] {
  const [now, before] = [sides.version, sides.with].map((report) => (report === undefined ? {} : figures(report)));
  const names = union(Object.keys(now), Object.keys(before));
  return Object.fromEntries(
    names.map((name) => {
      const [one, other] = [now[name] ?? undefined, before[name] ?? undefined];
      return [
        name,
        {
          ...(one === undefined ? {} : { version: one }),
          ...(other === undefined ? {} : { with: other }),
          ...(one === undefined || other === undefined ? {} : { change: one - other }),
        },
      ];
    }),
  );
}

function union(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])];
}
