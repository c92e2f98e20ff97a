'use strict';
const { join } = require('node:path');

// A process that promotes when its parent tells it to, and says how that went.
process.env.SWC_NODE_PROJECT ??= join(__dirname, '../../../tsconfig.base.json');
require('@swc-node/register');
const { ModelStore } = require('../src/model-store/model-store');

const [directory, app] = process.argv.slice(2);
const store = new ModelStore(directory);
process.on('message', async ({ version, expectedGeneration }) => {
  try {
    const { generation } = await store.promote(app, version, { expectedGeneration });
    process.send({ generation });
  } catch ({ code, message }) {
    process.send({ code, message });
  }
});
process.send({ ready: true });
