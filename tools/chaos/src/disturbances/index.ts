import type { Disturbance } from './disturbance';
import { killService } from './kill-service';
import { poison } from './none';
import { restartBroker } from './restart-broker';
import { restartDatabase } from './restart-database';
import { secondInstance } from './second-instance';

export { everything } from './everything';
export { undisturbed } from './none';
export type { Disturbance, DisturbanceContext } from './disturbance';

/** Everything that may happen, one after the other; killed so many times. */
export function disturbances(kills: number): Disturbance[] {
  return [killService(kills), restartBroker, restartDatabase, secondInstance, poison];
}
