import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithReal, realKafka } from '@attune/testing';
import { answersKafka, freePorts } from './answers';
import { backgroundNode, startInBackground, stopInBackground } from './background-node';
import { startKafka } from './start-kafka';

// The shared broker is not used, but where it cannot be had these nodes cannot either.
describeWithReal(realKafka, 'a Kafka node', (shared) => {
  it('answers once started, comes back after a crash with its folder, and leaves nothing behind', async () => {
    const node = await startKafka();
    try {
      expect(await answersKafka(node.port)).toBe(true);
      const { pid } = node;
      await node.kill();
      expect(await answersKafka(node.port)).toBe(false);
      await node.restart();
      expect(node.pid).not.toBe(pid);
      expect(await answersKafka(node.port)).toBe(true);
    } finally {
      await node.stop();
    }
    expect(await answersKafka(node.port)).toBe(false);
    expect(existsSync(node.dataFolder)).toBe(false);
  });

  it('refuses a port on which a Kafka answers', async () => {
    const port = Number(shared()[0]?.split(':')[1]);
    await expect(startKafka({ port })).rejects.toMatchObject({ code: 'setup-missing', message: expect.stringContaining(String(port)) });
  });

  it('is found again when it was left running, started once, and stopped by its record', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'attune-kafka-spec-'));
    const [port = 0] = await freePorts(1);
    try {
      const first = await startInBackground({ port, dataFolder });
      expect(await startInBackground({ port, dataFolder })).toEqual({ ...first, wasRunning: true });
      expect(await stopInBackground(dataFolder)).toMatchObject({ pid: first.pid });
      expect(await answersKafka(port)).toBe(false);
      expect(await backgroundNode(dataFolder)).toBeUndefined();
      expect(await stopInBackground(dataFolder)).toBeUndefined();
    } finally {
      await stopInBackground(dataFolder);
      await rm(dataFolder, { recursive: true, force: true });
    }
  });
});
