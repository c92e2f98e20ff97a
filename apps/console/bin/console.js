#!/usr/bin/env node
'use strict';
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// An image holds what is compiled already; the sources are compiled as they are loaded.
if (!existsSync(join(__dirname, '../server/main.js'))) {
  process.env.SWC_NODE_PROJECT ??= join(__dirname, '../../../tsconfig.base.json');
  require('@swc-node/register');
}
require('../server/main');
