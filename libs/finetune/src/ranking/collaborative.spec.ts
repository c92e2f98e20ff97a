import type { SparseRows } from '@attune/artifact';
import { Kernels } from '../native/kernels';
import { loadBinding } from '../native/tensorflow';
import { Random } from '../random';
import alsPasses from './fixtures/als-passes.json';
import als from './fixtures/als.json';
import transitions from './fixtures/transitions.json';
import { collaborativeMethod, fitCollaborative } from './fit-collaborative';
import { alternate, itemNeighbours, solveSide, transposed } from './implicit-als';
import { solvePositiveDefinite } from './solve-positive-definite';
import { fitTransitions, type Sequence } from './transition-weights';

const options = {
  method: 'auto' as const,
  regularization: transitions.regularization,
  pastDecay: transitions.pastDecay,
  futureDecay: transitions.futureDecay,
  neighbours: 20,
  factors: 4,
  iterations: 8,
  alsRegularization: 0.5,
  confidence: 10,
};
const sequences = transitions.sequences.map((items, at) => ({
  items: Int32Array.from(items),
  weights: Float32Array.from(transitions.weights[at]),
}));

function dense({ neighbours, weights, width }: SparseRows, items: number): number[][] {
  return Array.from({ length: items }, (_, row) => {
    const values = new Array<number>(items).fill(0);
    for (let at = row * width; at < (row + 1) * width; at++) if (neighbours[at] >= 0) values[neighbours[at]] = weights[at];
    return values;
  });
}

describe('collaborative weights', () => {
  const kernels = new Kernels();
  afterAll(() => kernels.dispose());

  it('solve a system of many blocks', () => {
    const size = 1100;
    const random = new Random(3);
    const root = Float32Array.from({ length: size * 8 }, () => random.normal());
    const a = new Float32Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) for (let k = 0; k < 8; k++) a[i * size + j] += root[i * 8 + k] * root[j * 8 + k];
      a[i * size + i] += 10;
    }
    const expected = Float32Array.from({ length: size * 2 }, () => random.normal());
    const c = new Float32Array(size * 2);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) for (const k of [0, 1]) c[i * 2 + k] += a[i * size + j] * expected[j * 2 + k];
    const before = loadBinding().getNumOfTensors();
    const solved = solvePositiveDefinite(kernels, a, c, size);
    expect(Math.max(...solved.map((value, at) => Math.abs(value - expected[at])))).toBeLessThan(2e-3);
    expect(loadBinding().getNumOfTensors()).toBe(before);
  });

  it('refuse a matrix that is not positive definite', () => {
    expect(() => solvePositiveDefinite(kernels, Float32Array.of(1, 2, 2, 1), Float32Array.of(1, 1), 2)).toThrow('not positive definite');
  });

  it('of transitions equal those of numpy', () => {
    const found = dense(fitTransitions(kernels, sequences, transitions.items, options), transitions.items);
    found.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(transitions.expected[i][j], 4)));
  });

  it('keep the strongest alone, the best first', () => {
    const { neighbours, weights, width } = fitTransitions(kernels, sequences, transitions.items, { ...options, neighbours: 3 });
    expect(width).toBe(3);
    transitions.expected.forEach((row, item) => {
      const magnitudes = row.map(Math.abs).sort((a, b) => b - a);
      const own = weights.subarray(item * 3, item * 3 + 3);
      expect(Math.min(...own.map(Math.abs))).toBeCloseTo(magnitudes[2], 4);
      expect([...own].sort((a, b) => b - a)).toEqual([...own]);
      expect(neighbours.subarray(item * 3, item * 3 + 3)).not.toContain(item);
    });
  });

  it('of ALS equal those of numpy', () => {
    const factors = als.vectors[0].length;
    const users = als.users.map((items) => ({ columns: Int32Array.from(items), weights: new Float32Array(items.length).fill(1) }));
    const vectors = Float32Array.from(als.vectors.flat());
    const settings = { factors, iterations: 1, regularization: als.regularization, confidence: als.confidence, neighbours: 20 };
    solveSide(kernels, users, vectors, settings).forEach((value, at) => expect(value).toBeCloseTo(als.factors.flat()[at], 4));
    const byItem = transposed(users, als.vectors.length);
    const found = dense(itemNeighbours(kernels, vectors, byItem, settings), als.vectors.length);
    const hasEvents = byItem.map(({ columns }) => columns.length > 0);
    found.forEach((row, i) =>
      row.forEach((value, j) => expect(value).toBeCloseTo(i !== j && hasEvents[i] && hasEvents[j] ? als.weights[i][j] : 0, 3)),
    );
  });

  it('of ALS equal those of numpy after whole passes over weighted behaviour', () => {
    const byUser = alsPasses.weights.map((row) => {
      const columns = Int32Array.from([...row.keys()].filter((column) => row[column] > 0));
      return { columns, weights: Float32Array.from(columns, (column) => row[column]) };
    });
    const { regularization, confidence, iterations, initial, vectors } = alsPasses;
    const settings = { factors: initial[0].length, iterations, regularization, confidence, neighbours: 5 };
    const found = alternate(kernels, byUser, transposed(byUser, initial.length), Float32Array.from(initial.flat()), settings);
    found.forEach((value, at) => expect(value).toBeCloseTo(vectors.flat()[at], 3));
  });

  it('of a catalogue too large for the closed form are those of ALS, in batches', () => {
    const [items, users, groups] = [20_400, 4_000, 4];
    const random = new Random(5);
    const ofGroup = items / groups;
    const taken = Array.from({ length: users }, (_, user): Sequence => {
      // Every item is somebody's, and the rest are drawn.
      const own = [0, 1, 2, 3, 4, 5].map((at) => (6 * Math.floor(user / groups) + at) % ofGroup);
      while (own.length < 60) own.push(Math.floor(random.uniform() * ofGroup));
      const different = [...new Set(own)].map((item) => item * groups + (user % groups));
      return { items: Int32Array.from(different), weights: new Float32Array(different.length).fill(1) };
    });
    const before = loadBinding().getNumOfTensors();
    const settings = { ...options, factors: 8, iterations: 6, neighbours: 10 };
    const { method, weights } = fitCollaborative(taken, items, settings, 1);
    expect(loadBinding().getNumOfTensors()).toBe(before);
    expect(method).toBe('als');
    expect(weights.neighbours).toHaveLength(items * 10);
    const isOfGroup = weights.neighbours.map((neighbour, at) => Number(neighbour % groups === Math.floor(at / 10) % groups));
    expect(isOfGroup.reduce((sum, value) => sum + value, 0) / isOfGroup.length).toBeGreaterThan(0.99);
  }, 300_000);

  it('of ALS bring together what the same users took, and leave no tensors', () => {
    const groups = Array.from({ length: 30 }, (_, user) => ({
      items: Int32Array.from([0, 1, 2, 3].filter((item) => item !== (user >> 1) % 4).map((item) => item + 4 * (user % 2))),
      weights: new Float32Array(3).fill(1),
    }));
    const before = loadBinding().getNumOfTensors();
    const { method, weights } = fitCollaborative(groups, 8, { ...options, method: 'als', factors: 2, neighbours: 3 }, 1);
    expect(loadBinding().getNumOfTensors()).toBe(before);
    expect(method).toBe('als');
    for (let item = 0; item < 8; item++) {
      for (const neighbour of weights.neighbours.subarray(item * 3, item * 3 + 3))
        expect(Math.floor(neighbour / 4)).toBe(Math.floor(item / 4));
    }
  });

  it('choose the method by the size of the catalogue', () => {
    expect(collaborativeMethod({ method: 'auto' }, 19_999)).toBe('ease');
    expect(collaborativeMethod({ method: 'auto' }, 20_000)).toBe('als');
    expect(collaborativeMethod({ method: 'none' }, 5)).toBe('none');
  });
});
