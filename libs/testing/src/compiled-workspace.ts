import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { sharedFolder } from './shared-folder';

const ROOT = resolve(__dirname, '../../..');
const WORKSPACES = ['apps', 'libs', 'tools'];

/**
 * A program of the workspace as images hold it: compiled, which makes it start in less than half the time. A copy of the workspace is
 * compiled once a test run.
 *
 * @param program path of its entry in the sources; one that lies elsewhere is given back as it is
 */
export async function compiledProgram(program: string): Promise<string> {
  const path = relative(ROOT, program);
  if (!WORKSPACES.includes(path.split('/')[0])) return program;
  const workspace = await sharedFolder('compiled', async (folder) => {
    const unfinished = `${folder}-unfinished`;
    await promisify(execFile)(process.execPath, [join(ROOT, 'deploy/docker/compiled-copy.cjs'), unfinished]);
    await rename(unfinished, folder);
  });
  return join(workspace, path);
}
