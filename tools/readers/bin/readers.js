#!/usr/bin/env node
'use strict';
const { join } = require('node:path');

process.env.SWC_NODE_PROJECT ??= join(__dirname, '../../../tsconfig.base.json');
require('@swc-node/register');
require('../src/main.ts');
