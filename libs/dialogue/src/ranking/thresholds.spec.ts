import { chooseThresholds } from './thresholds';

const judged = (probability: number, isRight: boolean) => ({ candidates: [{ probability, isRight }] });
const many = (count: number, probability: number, right: number) =>
  Array.from({ length: count }, (_, place) => judged(probability, place < right));

describe('the threshold of answers', () => {
  it('is the lowest from which on so many are right', () => {
    expect(chooseThresholds([...many(100, 0.95, 95), ...many(100, 0.88, 86), ...many(100, 0.6, 60)], 0.9).answer).toBe(0.88);
  });

  it('does not make the service mute for one mistake among the few likeliest', () => {
    expect(chooseThresholds([judged(0.94, false), ...many(7, 0.92, 7), ...many(50, 0.5, 25)], 0.9).answer).toBe(0.92);
  });

  it('holds answers back where the probabilities promise more than comes true', () => {
    expect(chooseThresholds(many(200, 0.93, 150), 0.9).answer).toBe(0.95);
  });
});

describe('the threshold of clarifying questions', () => {
  it('is learnt from questions with one close candidate, too', () => {
    expect(chooseThresholds([...many(40, 0.95, 40), ...many(40, 0.7, 32), ...many(40, 0.3, 10)], 0.9).clarify).toBe(0.7);
  });
});
