import { trainingFixture } from '@attune/testing';
import { scheduleFactor } from './schedule';

it.each(Object.entries(trainingFixture().schedules))("gives transformers' %s schedule", (schedule, expected) => {
  expected.forEach((factor, step) => {
    expect(scheduleFactor({ schedule: schedule as 'constant' | 'linear' | 'cosine', warmup: 0.2 }, step, 20)).toBeCloseTo(factor, 12);
  });
});
