import { text } from 'node:stream/consumers';
import { AttuneError } from '@attune/artifact';
import { manifestFaults } from './check-manifests';

/** Reads manifests from standard input and says what is wrong with them: kubectl kustomize FOLDER | node tools/deploy/bin/check.js */
async function main(): Promise<void> {
  const faults = await manifestFaults(await text(process.stdin));
  for (const fault of faults) console.error(fault);
  if (faults.length === 0) console.log('The manifests are valid and keep to the policies.');
  process.exitCode = faults.length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  if (!(error instanceof AttuneError)) throw error;
  console.error([error.message, ...(error.remedy === undefined ? [] : [error.remedy])].join('\n'));
  process.exitCode = error.exitStatus;
});
