import { afterArrival } from './arrivals';
import type { Alert } from './types';

const alert = (id: string, state: Alert['state'] = 'open'): Alert => ({ id, state }) as Alert;

describe('alerts that arrive', () => {
  it('stand with the newest first, each once and as it is now, and no more than three', () => {
    const told = [alert('a'), alert('b'), alert('a', 'resolved'), alert('c'), alert('d')].reduce(afterArrival, [] as readonly Alert[]);
    expect(told.map(({ id, state }) => `${id} ${state}`)).toEqual(['d open', 'c open', 'a resolved']);
  });
});
