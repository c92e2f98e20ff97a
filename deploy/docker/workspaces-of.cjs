'use strict';
// Prints the folders of workspaces and of those that they need at run time, a line each: node deploy/docker/workspaces-of.cjs NAME…
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '../..');
const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const known = new Map();
for (const parent of workspaces.map((pattern) => pattern.replace(/\/\*$/, ''))) {
  for (const name of existsSync(join(root, parent)) ? readdirSync(join(root, parent)) : []) {
    const file = join(root, parent, name, 'package.json');
    if (!existsSync(file)) continue;
    const { name: workspace, dependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
    known.set(workspace, { folder: `${parent}/${name}`, needs: Object.keys(dependencies) });
  }
}

const found = new Set();
function add(name) {
  const workspace = known.get(name);
  if (workspace === undefined || found.has(workspace.folder)) return;
  found.add(workspace.folder);
  workspace.needs.forEach(add);
}
for (const name of process.argv.slice(2)) {
  if (!known.has(name)) throw new Error(`There is no workspace ${name}.`);
  add(name);
}
console.log([...found].sort().join('\n'));
