import { AttuneError } from '@attune/artifact';
import type { Disturbance, DisturbanceContext } from './disturbance';

/** A second instance joins and leaves, and joins again and stays while the first leaves. */
export const secondInstance: Disturbance = {
  name: 'instance',
  title: 'a second instance joins and leaves',
  async disturb(context) {
    const { system, untilShare, say } = context;
    await untilShare(0.15);
    say('a second instance joins');
    await (await system.startInstance(1)).untilReady();
    await untilShare(0.4);
    await leave(context, 1);
    await untilShare(0.55);
    say('it joins again');
    await (await system.startInstance(1)).untilReady();
    await untilShare(0.75);
    await leave(context, 0);
    await untilShare(0.85);
    say('the first comes back');
    await system.startInstance(0);
  },
};

async function leave({ system, say }: DisturbanceContext, number: number): Promise<void> {
  say(`instance ${number} leaves`);
  const status = await system.stopInstance(number);
  if (status !== 0) throw new AttuneError('inference-failed', `The instance that was asked to leave ended with status ${status}.`);
}
