'use strict';
const { parentPort } = require('node:worker_threads');

// A worker as the pool knows one: it answers with the texts' lengths, and dies of the texts that name a cause of death.
parentPort.on('message', (request) => {
  if (request.kind === 'close') return parentPort.close();
  const { id, texts } = request.task;
  if (texts[0].text === 'exit') process.exit(7);
  if (texts[0].text === 'throw') throw new Error('out of memory');
  if (texts[0].text === 'refuse') {
    return parentPort.postMessage({ kind: 'failed', id, error: { code: 'bad-data', message: 'No.', remedy: 'Ask again.' } });
  }
  const values = Float32Array.from(texts, ({ text }) => text.length);
  return parentPort.postMessage({ kind: 'result', id, result: { values, width: 1, tokens: 0, paddedTokens: 0 } });
});
parentPort.postMessage({ kind: 'ready', outputs: ['length'] });
