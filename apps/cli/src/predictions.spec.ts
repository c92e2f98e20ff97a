import { predictionColumns, predictionJson, renderPrediction } from './predictions';

const logits = Float32Array.of(0);
const single = { label: 'b', probability: 0.7, probabilities: { a: 0.3, b: 0.7 }, logits };
const several = { labels: ['a', 'c'], probabilities: { a: 0.9, b: 0.1, c: 0.8 }, logits };
const none = { labels: [], probabilities: { a: 0.1 }, logits };
const number = { value: 3.5, probabilities: {}, logits };
const options = { taken: ['text'], separator: '|', probabilities: false };

describe('predictions', () => {
  it('has one form of JSON a task', () => {
    expect(predictionJson(single)).toEqual({ label: 'b', probability: 0.7, probabilities: { a: 0.3, b: 0.7 } });
    expect(predictionJson(several)).toEqual({ labels: ['a', 'c'], probabilities: several.probabilities });
    expect(predictionJson(number)).toEqual({ value: 3.5 });
  });

  it('adds columns without overwriting one', () => {
    expect(predictionColumns(single, options)).toEqual({ label: 'b', probability: 0.7 });
    expect(predictionColumns(single, { ...options, taken: ['label'] })).toEqual({ predictedLabel: 'b', probability: 0.7 });
    expect(predictionColumns(several, { ...options, probabilities: true })).toEqual({
      labels: 'a|c',
      probabilities: several.probabilities,
    });
    expect(predictionColumns(number, { ...options, probabilities: true })).toEqual({ value: 3.5 });
  });

  it('prints the likeliest labels', () => {
    expect(renderPrediction(single).split('\n')).toEqual(['b  0.7000  ██████████████', 'a  0.3000  ██████']);
    expect(renderPrediction(several, 1).split('\n')).toHaveLength(2);
    expect(renderPrediction(none)).toMatch(/^No label is likely enough\.\na/);
    expect(renderPrediction(number)).toBe('3.5');
  });
});
