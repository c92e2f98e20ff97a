import { shareDone } from './share-done';

describe('how much of a training is done', () => {
  it('is known once it counts its steps', () => {
    const progress = { phase: 'training', evaluations: [], notes: [] };
    expect(shareDone({ ...progress, step: 3, steps: 12 })).toBe(0.25);
    expect(shareDone({ ...progress, step: 13, steps: 12 })).toBe(1);
    expect(shareDone({ ...progress, step: 0, steps: 0 })).toBeUndefined();
    expect(shareDone(progress)).toBeUndefined();
    expect(shareDone(undefined)).toBeUndefined();
  });
});
