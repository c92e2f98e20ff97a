'use strict';
// Compiles the TypeScript of a laid-out copy of the workspace in its place, by the compiler that lies beside it, so that what runs there
// starts without one: node deploy/docker/compile.cjs FOLDER
const { readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join, resolve } = require('node:path');

const folder = resolve(process.argv[2] ?? '');
const { transformSync } = createRequire(join(folder, 'package.json'))('@swc/core');
const options = { swcrc: false, configFile: join(__dirname, '../../.swcrc'), sourceMaps: false };

/** Compiles a file, or names the compiled one in a package's own file. */
function compile(path, name) {
  if (name === 'package.json') {
    writeFileSync(path, readFileSync(path, 'utf8').replace(/"(\.\/[^"]+)\.ts"/g, '"$1.js"'));
  } else if (name.endsWith('.ts')) {
    if (!name.endsWith('.d.ts')) {
      const { code } = transformSync(readFileSync(path, 'utf8'), { ...options, filename: path });
      writeFileSync(`${path.slice(0, -'.ts'.length)}.js`, code);
    }
    rmSync(path);
  }
}

function compileAll(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isFile()) compile(path, entry.name);
    else if (entry.isDirectory() && entry.name !== 'node_modules') compileAll(path);
  }
}

for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  if (['apps', 'libs', 'tools'].includes(name)) compileAll(join(folder, name));
}
