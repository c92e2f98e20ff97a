import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { AttuneError } from '@attune/artifact';
import type { TaskComputation } from './task-computation';
import { TextModel } from './text-model';
import { FAR_BEHIND, stepBehindOtherThreads } from './thread-priority';
import { ThreadCpuTime } from './thread-time';
import type { SerializedError, WorkerReply, WorkerRequest, WorkerSetup, WorkerTask } from './worker-protocol';

/** A task that the worker has, from its arrival to its reply. */
interface Job {
  readonly task: WorkerTask;
  computation: TaskComputation | undefined;
  tokenizeSeconds: number;
  inferenceSeconds: number;
}

/** Computes tasks, a batch at a time; while there are both, batches of bulk tasks and of others take turns. */
class TaskLoop {
  private readonly calls: Job[] = [];
  private readonly bulk: Job[] = [];
  private readonly cpuTime = new ThreadCpuTime();
  private bulkIsNext = false;
  private isRunning = false;
  private isClosing = false;

  constructor(
    private readonly model: TextModel,
    private readonly port: MessagePort,
  ) {}

  accept(request: WorkerRequest): void {
    if (request.kind === 'close') this.isClosing = true;
    else {
      const job = { task: request.task, computation: undefined, tokenizeSeconds: 0, inferenceSeconds: 0 };
      (request.task.bulk ? this.bulk : this.calls).push(job);
    }
    if (!this.isRunning) void this.run();
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    for (let job = this.nextJob(); job !== undefined; job = this.nextJob()) {
      await this.advance(job);
      // Lets messages in that arrived meanwhile.
      await setImmediate();
    }
    this.isRunning = false;
    if (!this.isClosing) return;
    await this.model.close();
    this.port.close();
  }

  private nextJob(): Job | undefined {
    const [first, second] = this.bulkIsNext ? [this.bulk, this.calls] : [this.calls, this.bulk];
    const queue = first.length > 0 ? first : second;
    this.bulkIsNext = queue === this.calls;
    return queue.at(0);
  }

  private async advance(job: Job): Promise<void> {
    try {
      const started = performance.now();
      const computation = (job.computation ??= this.model.begin(job.task));
      const tokenized = performance.now();
      if (!computation.isDone) await computation.step();
      job.tokenizeSeconds += (tokenized - started) / 1000;
      job.inferenceSeconds += (performance.now() - tokenized) / 1000;
      if (computation.isDone) this.reply(job, computation);
    } catch (error) {
      this.remove(job);
      this.send({ kind: 'failed', id: job.task.id, error: serializeError(error) });
    }
  }

  private reply(job: Job, computation: TaskComputation): void {
    this.remove(job);
    const { tokenizeSeconds, inferenceSeconds } = job;
    const cpuSeconds = this.cpuTime.sinceLast();
    const result = computation.result({ tokenizeSeconds, inferenceSeconds, ...(cpuSeconds !== undefined && { cpuSeconds }) });
    const transfer = [result.lengths.buffer, ...result.outputs.map(({ values }) => values.buffer)];
    this.send({ kind: 'result', id: job.task.id, result }, transfer);
  }

  private remove(job: Job): void {
    const queue = job.task.bulk ? this.bulk : this.calls;
    queue.splice(queue.indexOf(job), 1);
  }

  private send(reply: WorkerReply, transfer: ArrayBuffer[] = []): void {
    this.port.postMessage(reply, transfer);
  }
}

/** The body of a worker thread: loads the model and warms it, says so, and computes tasks until told to close. */
async function serve(port: MessagePort): Promise<void> {
  try {
    const setup = workerData as WorkerSetup;
    stepBehindOtherThreads(setup.background === true ? FAR_BEHIND : undefined);
    const model = await TextModel.load(setup);
    await model.warmUp();
    const loop = new TaskLoop(model, port);
    port.on('message', (request: WorkerRequest) => loop.accept(request));
    port.postMessage({ kind: 'ready', outputs: [...model.outputs] } satisfies WorkerReply);
  } catch (error) {
    port.postMessage({ kind: 'failed', id: undefined, error: serializeError(error) } satisfies WorkerReply);
  }
}

function serializeError(error: unknown): SerializedError {
  if (error instanceof AttuneError)
    return { code: error.code, message: error.message, ...(error.remedy === undefined ? {} : { remedy: error.remedy }) };
  return { code: 'inference-failed', message: error instanceof Error ? error.message : String(error) };
}

if (parentPort !== null) void serve(parentPort);
