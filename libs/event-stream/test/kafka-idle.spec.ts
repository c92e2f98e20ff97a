import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeWithReal, realKafka } from '@attune/testing';

const ROOT = join(__dirname, '../../..');

describeWithReal(realKafka, 'an idle client of Kafka', (brokers) => {
  it('uses less than a hundredth of a core, sets no timer in the past, and makes Node warn of nothing', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--require', '@swc-node/register', join(__dirname, 'idle-client.ts')], {
      cwd: ROOT,
      env: { ...process.env, SPEC_BROKERS: brokers().join(','), SWC_NODE_PROJECT: join(ROOT, 'tsconfig.base.json') },
    });
    const { share, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({ shortDelays: 0, warnings: [], ready: true });
    expect(share).toBeLessThan(0.01);
  });
});
