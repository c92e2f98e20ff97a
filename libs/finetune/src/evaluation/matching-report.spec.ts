import { evaluateMatching } from './matching-report';
import { evaluationReportSchema } from './report';

/** Vectors in a plane at these angles, of several lengths. */
const at = (...degrees: number[]): Float32Array =>
  Float32Array.from(degrees.flatMap((angle, i) => [Math.cos, Math.sin].map((side) => (i + 1) * side((angle * Math.PI) / 180))));

describe('the report of a matching task', () => {
  const candidates = at(0, 20, 40, 60, 80, 100, 120);
  const right = [[0], [0], [6], [2]];
  const report = evaluateMatching({ queries: at(1, 29, 2, 41), candidates, width: 2, right });

  it('counts how many wrong candidates are nearer than the answer', () => {
    // Places 1, 3 (after 20 and 40 degrees), 7 and 1.
    expect(report).toMatchObject({ task: 'matching', rows: 4, candidates: 7, precisionAt1: 0.5, recallAt5: 0.75, recallAt10: 1 });
    expect(report.mrr).toBeCloseTo((1 + 1 / 3 + 1 / 7 + 1) / 4, 10);
    expect(report.ndcgAt5).toBeCloseTo((1 + 1 / 2 + 0 + 1) / 4, 10);
    expect(report.ndcgAt10).toBeCloseTo((1 + 1 / 2 + 1 / 3 + 1) / 4, 10);
    expect(evaluationReportSchema.parse(report)).toEqual(report);
  });

  it('takes the best of several answers, and counts none of them against another', () => {
    const several = evaluateMatching({ queries: at(33), candidates, width: 2, right: [[2, 1, 0]] });
    expect(several.precisionAt1).toBe(1);
    const second = evaluateMatching({ queries: at(33), candidates, width: 2, right: [[0, 1]] });
    expect(second.mrr).toBe(1 / 2);
  });

  it("has InfoNCE's loss against all candidates", () => {
    const { loss } = evaluateMatching({ queries: at(0), candidates: at(0, 90), width: 2, right: [[0]] }, { temperature: 0.5 });
    expect(loss).toBeCloseTo(Math.log(1 + Math.exp(-1 / 0.5)), 6);
  });

  it('is the same in blocks of queries', () => {
    const angles = Array.from({ length: 700 }, (_, i) => (i * 37.3) % 120);
    const answers = angles.map((_, i) => [i % 7]);
    const whole = evaluateMatching({ queries: at(...angles), candidates, width: 2, right: answers });
    const parts = [0, 350].map((start) => {
      const queries = at(...angles.slice(start, start + 350));
      return evaluateMatching({ queries, candidates, width: 2, right: answers.slice(start, start + 350) }).mrr ?? NaN;
    });
    expect(whole.mrr).toBeCloseTo((parts[0] + parts[1]) / 2, 6);
  });
});
