'use strict';
const { isMainThread } = require('node:worker_threads');

// Loaded before a service: ends it in order when the process that started it is gone, whatever ended that one. Its threads load it, too.
if (isMainThread) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}
