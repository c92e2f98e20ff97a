'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// A thread inherits no compiler hook. Beside built code there is reading-worker.js; in the sources, TypeScript is compiled as it is loaded.
if (existsSync(join(__dirname, 'reading-worker.js'))) require('./reading-worker.js');
else {
  process.env.SWC_NODE_PROJECT ??= join(__dirname, '../../../../../tsconfig.base.json');
  require('@swc-node/register');
  require('./reading-worker.ts');
}
