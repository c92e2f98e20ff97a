import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rename, symlink } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { sharedFolder } from './shared-folder';

const ROOT = resolve(__dirname, '../../..');
const WORKSPACES = ['apps', 'libs', 'tools'];
const LEFT_OUT = new Set(['node_modules', 'dist', 'test', 'fixtures']);

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
    await layOut(unfinished);
    await promisify(execFile)(process.execPath, [join(ROOT, 'deploy/docker/compile.cjs'), unfinished]);
    await rename(unfinished, folder);
  });
  return join(workspace, path);
}

async function layOut(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules/@attune'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (name !== '@attune' && !name.startsWith('.')) await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  for (const workspaces of WORKSPACES) {
    for (const entry of await readdir(join(ROOT, workspaces), { withFileTypes: true })) {
      if (entry.isDirectory()) await layOutWorkspace(folder, join(workspaces, entry.name));
    }
  }
}

async function layOutWorkspace(folder: string, path: string): Promise<void> {
  const source = join(ROOT, path);
  await cp(source, join(folder, path), {
    recursive: true,
    filter: (each) => each === source || !(LEFT_OUT.has(basename(each)) || each.endsWith('.spec.ts')),
  });
  const files = await readdir(source);
  // Packages of which the workspace has another version than the others.
  if (files.includes('node_modules')) await symlink(join(source, 'node_modules'), join(folder, path, 'node_modules'));
  if (!files.includes('package.json')) return;
  const { name } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as { name: string };
  await symlink(join('../..', path), join(folder, 'node_modules', name));
}
