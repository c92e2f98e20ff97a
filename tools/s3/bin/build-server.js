#!/usr/bin/env node
'use strict';
const { join } = require('node:path');

process.env.SWC_NODE_PROJECT ??= join(__dirname, '../../../tsconfig.base.json');
require('@swc-node/register');
const { ensureVersitygw } = require('../src');

ensureVersitygw(console.log).then(
  (program) => console.log(program),
  ({ message, remedy = '' }) => {
    console.error(`${message} ${remedy}`);
    process.exitCode = 1;
  },
);
