import { tmpdir } from 'node:os';
import { AttuneError } from '@attune/artifact';
import { runProgram } from '../run-program';

/**
 * The folder of a Go module, fetched where it is not there yet.
 *
 * @param version without the `v`
 * @throws AttuneError `setup-missing` where Go is missing, or cannot fetch it
 */
export async function goModuleDirectory(module: string, version: string): Promise<string> {
  // Outside every module, so that no go.mod has a say.
  const { missing, stdout, stderr } = await runProgram('go', ['mod', 'download', '-json', `${module}@v${version}`], tmpdir());
  if (missing) throw new AttuneError('setup-missing', 'Go is missing, which fetches the schemas.', { remedy: 'Install Go 1.24 or later.' });
  const { Dir: directory, Error: why } = JSON.parse(stdout || '{}') as { Dir?: string; Error?: string };
  if (directory !== undefined) return directory;
  throw new AttuneError('setup-missing', `Go could not fetch ${module} ${version}: ${why ?? stderr}`, {
    remedy: 'Check the network and what `go env GOPROXY` says.',
  });
}
