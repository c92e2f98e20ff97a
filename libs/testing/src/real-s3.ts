import { existsSync } from 'node:fs';
import { startS3, versitygwProgram, type S3Address } from '@attune/s3-tool';
import type { MissingPart, RealComponent } from './real-component';

/** A real S3 server with conditional writes, which the test run starts. Specs make their own buckets in it. */
export const realS3: RealComponent<S3Address> = {
  name: 'S3 server',

  // Specs look at the objects' files, and damage them: a server elsewhere is of no use.
  fromEnvironment: () => undefined,

  // Its first build takes minutes, longer than specs wait for one another.
  missing(): MissingPart | undefined {
    if (existsSync(versitygwProgram())) return undefined;
    return { reason: 'it is not built yet.', remedy: 'Build it, with Go 1.25 or later: npx nx run s3-tool:server.' };
  },

  async start() {
    const { address, pid, dataFolder } = await startS3();
    return { address, pid, folder: dataFolder };
  },
};

/** A server of a spec's own, which it may kill. */
export { createBucket, eraseObject, startS3, type RunningS3, type S3Address } from '@attune/s3-tool';
