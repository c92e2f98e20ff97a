import { existsSync } from 'node:fs';
import { describeWithReal, realS3 } from '@attune/testing';
import { answersS3, startS3 } from './start-s3';

// The shared server is not used, but where it cannot be had this one cannot either.
describeWithReal(realS3, 'an S3 server', () => {
  it('answers once started, comes back after a crash with its folder, and leaves nothing behind', async () => {
    const server = await startS3();
    const { endpoint } = server.address;
    try {
      expect(await answersS3(endpoint)).toBe(true);
      const { pid } = server;
      await server.kill();
      expect(await answersS3(endpoint)).toBe(false);
      await server.restart();
      expect(server.pid).not.toBe(pid);
      expect(await answersS3(endpoint)).toBe(true);
    } finally {
      await server.stop();
    }
    expect(await answersS3(endpoint)).toBe(false);
    expect(existsSync(server.dataFolder)).toBe(false);
  });
});
