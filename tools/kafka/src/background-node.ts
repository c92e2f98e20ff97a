import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '@attune/artifact';
import { endProcess, isNodeOf } from './kafka-process';
import { startKafka, type StartKafkaOptions } from './start-kafka';

/** The node that `attune kafka start` leaves running. */
export interface BackgroundNode {
  readonly pid: number;
  readonly port: number;
  readonly brokers: string;
  readonly dataFolder: string;
}

/** Port of the node that is left running, unless another is asked for: the one that every client tries first. */
export const DEFAULT_PORT = 9092;

/** Where that node keeps its messages, unless it is told otherwise. */
export function backgroundFolder(): string {
  return join(cacheDirectory(), 'kafka', 'node');
}

/**
 * Starts the node that outlives this command, or finds it running.
 *
 * @returns the node, and whether it ran already
 * @throws AttuneError as {@link startKafka}
 */
export async function startInBackground(options: StartKafkaOptions = {}): Promise<BackgroundNode & { readonly wasRunning: boolean }> {
  const dataFolder = options.dataFolder ?? backgroundFolder();
  const running = await backgroundNode(dataFolder);
  if (running !== undefined) return { ...running, wasRunning: true };
  const { pid, port, brokers, dataFolder: folder } = await startKafka({ port: DEFAULT_PORT, ...options, dataFolder });
  const node: BackgroundNode = { pid, port, brokers, dataFolder: folder };
  await mkdir(folder, { recursive: true });
  await writeFile(recordPath(folder), `${JSON.stringify(node)}\n`);
  return { ...node, wasRunning: false };
}

/**
 * Stops the node of a data folder as an operator would; its messages stay.
 *
 * @returns the node that was stopped, or undefined where none ran
 */
export async function stopInBackground(dataFolder: string = backgroundFolder()): Promise<BackgroundNode | undefined> {
  const node = await backgroundNode(dataFolder);
  if (node !== undefined) await endProcess(node.pid);
  await rm(recordPath(dataFolder), { force: true });
  return node;
}

/** The node of a data folder, where it runs. */
export async function backgroundNode(dataFolder: string = backgroundFolder()): Promise<BackgroundNode | undefined> {
  const node = await readRecord(dataFolder);
  return node !== undefined && (await isNodeOf(node.pid, node.dataFolder)) ? node : undefined;
}

function recordPath(dataFolder: string): string {
  return join(dataFolder, 'node.json');
}

async function readRecord(dataFolder: string): Promise<BackgroundNode | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(recordPath(dataFolder), 'utf8'));
    return isBackgroundNode(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isBackgroundNode(record: unknown): record is BackgroundNode {
  if (typeof record !== 'object' || record === null) return false;
  const { pid, port, brokers, dataFolder } = record as Partial<Record<keyof BackgroundNode, unknown>>;
  return Number.isInteger(pid) && Number.isInteger(port) && typeof brokers === 'string' && typeof dataFolder === 'string';
}
