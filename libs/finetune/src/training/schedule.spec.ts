import { trainingFixture } from '@attune/testing';
import { scheduleFactor } from './schedule';

it.each(Object.entries(trainingFixture().schedules))("gives transformers' %s schedule", (schedule, expected) => {
  expected.forEach((factor, step) => {
    expect(scheduleFactor({ schedule: schedule as 'constant' | 'linear' | 'cosine', warmup: 0.2 }, step, 20)).toBeCloseTo(factor, 12);
  });
});

it('stays where it is from a step on, where it is told to', () => {
  const config = { schedule: 'linear' as const, warmup: 0.2 };
  expect(scheduleFactor(config, 9, 20, 10)).toBe(scheduleFactor(config, 9, 20));
  expect(scheduleFactor(config, 19, 20, 10)).toBe(scheduleFactor(config, 10, 20));
});
