'use strict';
const { join } = require('node:path');

// A process of its own, to be killed at work: commits one id after the other in the folder that it is given, and prints each.
process.env.SWC_NODE_PROJECT ??= join(__dirname, '../../../tsconfig.base.json');
require('@swc-node/register');
const { openDatabase, recordProcessed } = require('../src/index.ts');

async function commit(folder) {
  const database = await openDatabase({ folder, migrations: [] });
  for (let id = 0; ; id++) {
    await database.transaction((tx) => recordProcessed(tx, 'child', [String(id)]));
    process.stdout.write(`${id}\n`);
  }
}

void commit(process.argv[2]);
