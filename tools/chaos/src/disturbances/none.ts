import type { Disturbance } from './disturbance';

/** Nothing happens. */
export const undisturbed: Disturbance = { name: 'none', title: 'undisturbed', disturb: () => Promise.resolve() };

/** Nothing happens but what comes in. */
export const poison: Disturbance = {
  name: 'poison',
  title: '1 % of the messages are no documents',
  poison: 0.01,
  disturb: () => Promise.resolve(),
};
