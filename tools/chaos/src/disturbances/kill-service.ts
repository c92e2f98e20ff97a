import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturbance } from './disturbance';

/** Milliseconds after sentiment was published within which the kill comes: between publishing, storing, committing, the next batch. */
const SPREAD = 250;

/** `kill -9` of the service in mid-batch, again and again; it is started again at once. */
export function killService(times: number): Disturbance {
  return {
    name: 'kill',
    title: `kill -9 of the service, ${times === 1 ? 'once' : `${times} times`}`,
    async disturb({ system, untilShare, chance, say }) {
      for (let kill = 1; kill <= times; kill += 1) {
        await untilShare(kill / (times + 1));
        // Most of them soon: what follows a publication takes milliseconds, and the next batch a second.
        await sleep(SPREAD * chance(`kill ${kill}`) ** 3);
        say(`kill -9, number ${kill}`);
        await system.killInstance(0);
        await system.startInstance(0);
      }
    },
  };
}
