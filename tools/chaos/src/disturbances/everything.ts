import type { Disturbance } from './disturbance';

/** A little of everything in one run, for those who have a minute. */
export const everything: Disturbance = {
  name: 'everything',
  title: 'all of it, one after the other',
  poison: 0.03,
  async disturb({ system, untilShare, say }) {
    await untilShare(0.15);
    say('kill -9');
    await system.killInstance(0);
    await system.startInstance(0);
    await untilShare(0.3);
    say('the broker crashes');
    await system.kafka.kill();
    await system.kafka.restart();
    await untilShare(0.45);
    say('a second instance joins');
    await (await system.startInstance(1)).untilReady();
    await untilShare(0.6);
    say('PostgreSQL crashes');
    await system.postgres.kill();
    await system.postgres.restart();
    await untilShare(0.75);
    say('the first instance is killed, the second stays');
    await system.killInstance(0);
    await untilShare(0.85);
    say('the first comes back');
    await system.startInstance(0);
  },
};
