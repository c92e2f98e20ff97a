import { averageAccuracy, forgetting, forwardTransfer } from './stream-metrics';

const MATRIX = [[0.9], [0.5, 0.8], [0.6, 0.9, 1]];

it('averages the accuracies at the end', () => expect(averageAccuracy(MATRIX)).toBeCloseTo((0.6 + 0.9 + 1) / 3, 12));

it('counts as forgotten what the best accuracy before the last task was above the last', () => {
  expect(forgetting(MATRIX)).toBeCloseTo((0.9 - 0.6 + (0.8 - 0.9)) / 2, 12);
  expect(forgetting([[1]])).toBeNaN();
});

it('counts as transferred what a fit on the encoder reaches more than on the pretrained one', () => {
  expect(forwardTransfer([0.7, 0.8, 0.6], [0.7, 0.7, 0.9])).toBeCloseTo((0.1 - 0.3) / 2, 12);
  expect(forwardTransfer([undefined, undefined, 0.6], [0.7, 0.7, 0.9])).toBeCloseTo(-0.3, 12);
  expect(forwardTransfer([0.7], [0.7])).toBeNaN();
});
