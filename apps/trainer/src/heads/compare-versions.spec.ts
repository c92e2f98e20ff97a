import type { HeadReport, HeadVersionDetails } from '@attune/contracts';
import { compareVersions } from './compare-versions';

function versionWith(version: string, validation: HeadReport, more: Partial<HeadVersionDetails['reports']> = {}): HeadVersionDetails {
  const summary = { version, isCurrent: false, writtenAt: '2026-03-01T00:00:00.000Z', manifestSha256: '', metrics: { intent: {} } };
  return { ...summary, reports: { validation, ...more } };
}

const label = (name: string, f1: number, support: number) => ({ label: name, precision: f1, recall: f1, f1, support });

describe('compareVersions', () => {
  it('tells what has changed of each figure and of each label', () => {
    const now = versionWith('b', {
      rows: 10,
      macroF1: 0.75,
      expectedCalibrationError: { before: 0.5, after: 0.125 },
      perClass: [label('refund', 0.5, 4), label('new', 1, 6)],
    });
    const before = versionWith('a', { rows: 10, macroF1: 0.5, loss: 1, perClass: [label('refund', 0.25, 4), label('old', 1, 6)] });
    const { tasks } = compareVersions(now, before);
    expect(tasks.intent).toMatchObject({ on: 'validation', sameRows: false });
    expect(tasks.intent.metrics).toEqual({
      macroF1: { version: 0.75, with: 0.5, change: 0.25 },
      expectedCalibrationError: { version: 0.125 },
      loss: { with: 1 },
    });
    expect(tasks.intent.f1).toEqual({ refund: { version: 0.5, with: 0.25, change: 0.25 }, new: { version: 1 }, old: { with: 1 } });
  });

  it('takes test rows of each task where both have some', () => {
    const versions = [0.75, 0.5].map((accuracy) =>
      versionWith(
        String(accuracy),
        { tasks: { intent: { rows: 9, accuracy: 1 }, tone: { rows: 3, accuracy } } },
        { test: { tasks: { intent: { rows: 4, accuracy } } } },
      ),
    );
    const { tasks } = compareVersions(versions[0], versions[1]);
    expect(tasks).toMatchObject({ intent: { on: 'test', sameRows: true }, tone: { on: 'validation', sameRows: true } });
    expect([tasks.intent.metrics.accuracy.change, tasks.tone.metrics.accuracy.change]).toEqual([0.25, 0.25]);
  });
});
