import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { AttuneError } from '@attune/artifact';
import { TextModel } from './text-model';
import type { SerializedError, WorkerReply, WorkerRequest, WorkerSetup } from './worker-protocol';

/** The body of a worker thread: loads the model, says so, and computes tasks one after the other until told to close. */
async function serve(port: MessagePort): Promise<void> {
  const send = (reply: WorkerReply, transfer: ArrayBuffer[] = []): void => port.postMessage(reply, transfer);
  const model = await TextModel.load(workerData as WorkerSetup).catch((error: unknown) => {
    send({ kind: 'failed', id: undefined, error: serializeError(error) });
    return undefined;
  });
  if (model === undefined) return;
  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: WorkerRequest) => {
    last = last.then(async () => {
      if (request.kind === 'close') {
        await model.close();
        port.close();
        return;
      }
      const { id, texts, output } = request.task;
      try {
        const result = await model.compute(texts, output);
        send({ kind: 'result', id, result }, [result.values.buffer]);
      } catch (error) {
        send({ kind: 'failed', id, error: serializeError(error) });
      }
    });
  });
  send({ kind: 'ready', outputs: [...model.outputs] });
}

function serializeError(error: unknown): SerializedError {
  if (error instanceof AttuneError)
    return { code: error.code, message: error.message, ...(error.remedy === undefined ? {} : { remedy: error.remedy }) };
  return { code: 'inference-failed', message: error instanceof Error ? error.message : String(error) };
}

if (parentPort !== null) void serve(parentPort);
