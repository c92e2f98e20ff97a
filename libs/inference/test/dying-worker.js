'use strict';
const { parentPort } = require('node:worker_threads');

// A worker as the pool knows one: it answers with the texts' lengths, and dies of the texts that name a cause of death.
parentPort.on('message', (request) => {
  if (request.kind === 'close') return parentPort.close();
  const { id, texts } = request.task;
  if (texts[0] === 'exit') process.exit(7);
  if (texts[0] === 'throw') throw new Error('out of memory');
  if (texts[0] === 'refuse') {
    return parentPort.postMessage({ kind: 'failed', id, error: { code: 'bad-data', message: 'No.', remedy: 'Ask again.' } });
  }
  const values = Float32Array.from(texts, (text) => text.length);
  const lengths = Int32Array.from(texts, (text) => text.length);
  const result = { outputs: [{ values, width: 1 }], lengths, paddedTokens: 0, tokenizeSeconds: 0, inferenceSeconds: 0 };
  return parentPort.postMessage({ kind: 'result', id, result });
});
parentPort.postMessage({ kind: 'ready', outputs: ['length'] });
