'use strict';
// Makes a copy of the workspace whose TypeScript is compiled, as images hold it, over the packages that are installed here:
//   node deploy/docker/compiled-copy.cjs FOLDER
const { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } = require('node:fs');
const { basename, join, resolve } = require('node:path');
const { execFileSync } = require('node:child_process');

const root = join(__dirname, '../..');
const folder = resolve(process.argv[2] ?? '');
// With what is being built at this moment.
const leftOut = /^(node_modules|dist(\..*)?|test|fixtures)$/;

function copyWorkspace(path) {
  const source = join(root, path);
  const isNeeded = (each) => each === source || !(leftOut.test(basename(each)) || each.endsWith('.spec.ts'));
  cpSync(source, join(folder, path), { recursive: true, filter: isNeeded });
  const files = readdirSync(source);
  // Packages of which the workspace has another version than the others.
  if (files.includes('node_modules')) symlinkSync(join(source, 'node_modules'), join(folder, path, 'node_modules'));
  if (!files.includes('package.json')) return;
  const { name } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  symlinkSync(join('../..', path), join(folder, 'node_modules', name));
}

mkdirSync(join(folder, 'node_modules/@attune'), { recursive: true });
cpSync(join(root, 'package.json'), join(folder, 'package.json'));
for (const name of readdirSync(join(root, 'node_modules'))) {
  if (name !== '@attune' && !name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
}
for (const workspaces of ['apps', 'libs', 'tools']) {
  for (const entry of readdirSync(join(root, workspaces), { withFileTypes: true })) {
    if (entry.isDirectory()) copyWorkspace(join(workspaces, entry.name));
  }
}
execFileSync(process.execPath, [join(__dirname, 'compile.cjs'), folder], { stdio: ['ignore', 'inherit', 'inherit'] });
