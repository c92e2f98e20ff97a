import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fitTemperature } from './calibration';
import { classificationReport, multiLabelReport, type ClassificationReport } from './classification-report';
import { argmaxRows } from './probabilities';
import { evaluateClassification, evaluateMultiLabel, evaluateRegression, evaluationReportSchema } from './report';

interface ExpectedMetrics {
  precision: number | null;
  recall: number | null;
  'f1-score': number | null;
  support: number;
}

interface ExpectedReport {
  perClass: (ExpectedMetrics & { label: string })[];
  averages: Partial<Record<'micro' | 'macro' | 'weighted', ExpectedMetrics>>;
  accuracy: number;
}

interface LabelledCase {
  labels: string[];
  logits: number[];
  targets: number[];
  loss: number;
  reports: Record<string, ExpectedReport>;
}

interface ClassificationCase extends LabelledCase {
  confusionMatrix: number[][];
  temperature: number;
  calibrationError: number;
  'rocAuc-macro'?: number;
  'rocAuc-weighted'?: number;
  'prAuc-macro'?: number;
  'prAuc-weighted'?: number;
}

interface Fixture {
  classification: ClassificationCase[];
  multiLabel: LabelledCase & { 'rocAuc-macro': number; 'prAuc-weighted': number };
  regression: { predictions: number[]; targets: number[]; mse: number; mae: number; r2: number; pearson: number; spearman: number };
}

const fixture: Fixture = JSON.parse(readFileSync(join(__dirname, 'fixtures/evaluation.json'), 'utf8'));

/** Decimal digits of `toBeCloseTo` that mean a difference below 1e-12. */
const DIGITS = 12;

/** A number within 1e-12 of the one expected, or NaN where the fixture has null. */
function same(expected: number | null): unknown {
  return expected === null ? NaN : expect.closeTo(expected, DIGITS);
}

function expectSame(actual: ClassificationReport, expected: ExpectedReport): void {
  expect(actual.accuracy).toBeCloseTo(expected.accuracy, DIGITS);
  expect(actual.perClass.map(({ label }) => label)).toEqual(expected.perClass.map(({ label }) => label));
  const pairs = [
    ...expected.perClass.map((metrics, index) => [actual.perClass[index], metrics] as const),
    ...(['micro', 'macro', 'weighted'] as const).map((name) => [actual.averages[name], expected.averages[name]] as const),
  ];
  for (const [metrics, want] of pairs) {
    if (!want) continue;
    expect(metrics).toMatchObject({
      precision: same(want.precision),
      recall: same(want.recall),
      f1: same(want['f1-score']),
      support: want.support,
    });
  }
}

describe('classification report', () => {
  it.each(fixture.classification.map((expected) => [expected.labels.length, expected] as const))(
    "equals scikit-learn's on %i classes, whatever a division by zero gives",
    (classes, { logits, targets, labels, reports }) => {
      const predictions = argmaxRows(logits, classes);
      expectSame(classificationReport(targets, predictions, labels), reports['0']);
      expectSame(classificationReport(targets, predictions, labels, { zeroDivision: 1 }), reports['1']);
      expectSame(classificationReport(targets, predictions, labels, { zeroDivision: NaN }), reports.NaN);
    },
  );

  it("equals scikit-learn's where a row has several labels", () => {
    const { logits, targets, labels, reports } = fixture.multiLabel;
    const predictions = logits.map((logit) => (logit >= 0 ? 1 : 0));
    expectSame(multiLabelReport(targets, predictions, labels), reports['0']);
    expectSame(multiLabelReport(targets, predictions, labels, { zeroDivision: 1 }), reports['1']);
  });

  it('has as micro F1 the accuracy, where all classes take part', () => {
    const { averages, accuracy } = classificationReport([0, 1, 2, 2], [0, 2, 2, 1], ['a', 'b', 'c']);
    expect(averages.micro.f1).toBe(accuracy);
  });

  it('lists classes that nothing belongs to only on request', () => {
    expect(classificationReport([0], [0], ['a', 'b']).perClass).toHaveLength(1);
    expect(classificationReport([0], [0], ['a', 'b'], { classes: 'all' }).perClass[1]).toEqual({
      label: 'b',
      precision: 0,
      recall: 0,
      f1: 0,
      support: 0,
    });
  });
});

describe('evaluation report', () => {
  it.each(fixture.classification.map((expected) => [expected.labels.length, expected] as const))(
    'has the loss, areas under curves and calibration error of scikit-learn and SciPy on %i classes',
    (classes, expected) => {
      const { logits, targets, labels } = expected;
      const report = evaluateClassification(logits, targets, labels);
      expect(report.loss).toBeCloseTo(expected.loss, DIGITS);
      expect(report.confusionMatrix).toEqual(expected.confusionMatrix);
      expect(report.expectedCalibrationError?.before).toBeCloseTo(expected.calibrationError, DIGITS);
      expect(fitTemperature(logits, targets, classes)).toBeCloseTo(expected.temperature, 5);
      if (expected['rocAuc-macro'] === undefined) return;
      expect(report.rocAuc).toBeCloseTo(expected['rocAuc-macro'], DIGITS);
      expect(report.rocAucWeighted).toBeCloseTo(expected['rocAuc-weighted'] ?? NaN, DIGITS);
      expect(report.prAuc).toBeCloseTo(expected['prAuc-macro'] ?? NaN, DIGITS);
      expect(report.prAucWeighted).toBeCloseTo(expected['prAuc-weighted'] ?? NaN, DIGITS);
    },
  );

  it('judges every label of a multi-label task by its own threshold', () => {
    const { logits, targets, labels, ...expected } = fixture.multiLabel;
    const report = evaluateMultiLabel(logits, targets, labels);
    expect(report.loss).toBeCloseTo(expected.loss, DIGITS);
    expect(report.rocAuc).toBeCloseTo(expected['rocAuc-macro'], DIGITS);
    expect(report.prAucWeighted).toBeCloseTo(expected['prAuc-weighted'], DIGITS);
    expect(report.accuracy).toBeCloseTo(expected.reports['0'].accuracy, DIGITS);
    const strict = evaluateMultiLabel(logits, targets, labels, { thresholds: [2, 0.5, 0.5, 0.5] });
    expect(strict.perClass?.[0].recall).toBe(0);
    expect(strict.perClass?.[1]).toEqual(report.perClass?.[1]);
  });

  it('measures predicted numbers as scikit-learn and SciPy do', () => {
    const { predictions, targets, ...expected } = fixture.regression;
    const report = evaluateRegression(predictions, targets);
    for (const name of ['mse', 'mae', 'r2', 'pearson', 'spearman'] as const) expect(report[name]).toBeCloseTo(expected[name], DIGITS);
    expect(report.loss).toBe(report.mse);
  });

  it('leaves out what the rows cannot give', () => {
    expect(evaluateRegression([1, 1], [2, 3])).toEqual(expect.not.objectContaining({ spearman: expect.anything() }));
    const oneClass = evaluateClassification([1, 0, 1, 0], [0, 0], ['a', 'b']);
    expect(oneClass.rocAuc).toBeUndefined();
    expect(oneClass.accuracy).toBe(1);
  });

  it('comes back unchanged from JSON', () => {
    const { logits, targets, labels } = fixture.classification[1];
    const report = evaluateClassification(logits, targets, labels, { temperature: 1.5 });
    expect(evaluationReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });
});
