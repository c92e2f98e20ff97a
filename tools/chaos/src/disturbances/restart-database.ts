import type { Disturbance } from './disturbance';

/** PostgreSQL is stopped as an operator would and started again; later it crashes. */
export const restartDatabase: Disturbance = {
  name: 'database',
  title: 'PostgreSQL restarted, and crashed',
  async disturb({ system, untilShare, say }) {
    await untilShare(0.25);
    say('PostgreSQL is restarted');
    await system.postgres.restart();
    await untilShare(0.6);
    say('PostgreSQL crashes');
    await system.postgres.kill();
    await system.postgres.restart();
  },
};
