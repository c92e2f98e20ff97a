import type { Disturbance } from './disturbance';

/** The broker is stopped as an operator would and started again; later it crashes. */
export const restartBroker: Disturbance = {
  name: 'broker',
  title: 'broker restarted, and crashed',
  async disturb({ system, untilShare, say }) {
    await untilShare(0.25);
    say('the broker is restarted');
    await system.kafka.restart();
    await untilShare(0.6);
    say('the broker crashes');
    await system.kafka.kill();
    await system.kafka.restart();
  },
};
