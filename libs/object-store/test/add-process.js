'use strict';
const { join } = require('node:path');

// A process that adds a version to a store, and is killed by its parent meanwhile.
process.env.SWC_NODE_PROJECT ??= join(__dirname, '../../../tsconfig.base.json');
require('@swc-node/register');
const { openModelStore } = require('../src');

const [address, app, version, source] = process.argv.slice(2);
openModelStore(address)
  .then((store) => store.add(app, version, source))
  .then(() => process.exit(0));
