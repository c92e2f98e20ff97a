import { trainingFixture } from '@attune/testing';
import { infoNce, type ContrastiveBatch } from './info-nce';

const { width, temperature, queries, candidates, expected } = trainingFixture().contrastive;
const batchOf = (roles: readonly number[]): ContrastiveBatch => ({
  queries: Float32Array.from(queries),
  candidates: Float32Array.from(candidates),
  width,
  roles: Uint8Array.from(roles),
});

describe.each(Object.entries(expected))('InfoNCE, positives of a query: %s', (_, { roles, ...wanted }) => {
  const batch = batchOf(roles);
  const result = infoNce(batch, temperature);

  it("has PyTorch's value and gradients", () => {
    expect(result.loss).toBeCloseTo(wanted.loss, 5);
    result.queries.forEach((value, i) => expect(value).toBeCloseTo(wanted.queries[i], 5));
    result.candidates.forEach((value, i) => expect(value).toBeCloseTo(wanted.candidates[i], 5));
  });

  it.each(['queries', 'candidates'] as const)('has the gradient of finite differences in the %s', (side) => {
    const at = (i: number, by: number): number =>
      infoNce({ ...batch, [side]: batch[side].map((value, j) => (j === i ? value + by : value)) }, temperature).loss;
    result[side].forEach((value, i) => expect(value).toBeCloseTo((at(i, 0.01) - at(i, -0.01)) / 0.02, 2));
  });
});

describe('InfoNCE', () => {
  it('does not change with the length of a vector', () => {
    const { roles } = expected.single;
    const longer = { ...batchOf(roles), queries: Float32Array.from(queries, (value) => 7 * value) };
    expect(infoNce(longer, temperature).loss).toBeCloseTo(infoNce(batchOf(roles), temperature).loss, 6);
  });

  it('is nothing, without a gradient, where there is nothing to tell a query apart from', () => {
    const batch = { queries: Float32Array.of(1, 2), candidates: Float32Array.of(0, 3, 1, 1), width: 2, roles: Uint8Array.of(1, 2) };
    const { loss, ...gradients } = infoNce(batch, 0.05);
    expect(loss).toBeCloseTo(0, 12);
    expect([...gradients.queries, ...gradients.candidates].map(Math.abs)).toEqual(new Array(6).fill(0));
    expect(infoNce({ ...batch, roles: Uint8Array.of(0, 2) }, 0.05)).toMatchObject({ loss: 0 });
  });

  it('stays finite for vectors of zeros', () => {
    const batch = { queries: new Float32Array(2), candidates: Float32Array.of(0, 3, 0, 0), width: 2, roles: Uint8Array.of(1, 0) };
    const result = infoNce(batch, 0.05);
    expect([result.loss, ...result.queries, ...result.candidates].every(Number.isFinite)).toBe(true);
  });
});
