import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AttuneError } from '@attune/artifact';
import { answersKafka, freePorts } from './answers';
import { ensureKafka } from './kafka-package';
import { endProcess } from './kafka-process';
import { logProperties, serverProperties, type NodeAddress } from './node-settings';
import { lastLines, runProgram } from './programs';
import { requireJava } from './requirements';

/** Milliseconds that a node gets to answer. */
const START_TIMEOUT = 90_000;
const POLL = 100;

export interface StartKafkaOptions {
  /** On 127.0.0.1; by default one that is free. */
  readonly port?: number;
  /** Where messages and settings are kept; by default a temporary folder that `stop` removes. */
  readonly dataFolder?: string;
  /** Most mebibytes of Java's heap. Default 256. */
  readonly heap?: number;
  /** Told what is done. */
  readonly onStep?: (step: string) => void;
}

/** A Kafka node that runs. */
export interface RunningKafka {
  /** `127.0.0.1:port`, for KAFKA_BROKERS. */
  readonly brokers: string;
  readonly port: number;
  readonly dataFolder: string;
  /** Of the running node; another after `restart`. */
  readonly pid: number;
  /** Ends the node as an operator would, and removes its data where they were temporary. */
  stop(): Promise<void>;
  /** Ends it as a crash would; `restart` brings it back with what it had written. */
  kill(): Promise<void>;
  /** Stops it where it runs, and starts it again on the same port with the same data. */
  restart(): Promise<void>;
}

/**
 * Starts Apache Kafka, one KRaft node on loopback, and waits until it answers. Fetches it first where it is not there.
 * The node outlives this process unless it is stopped.
 *
 * @throws AttuneError `setup-missing` where Java or Maven is missing, or the node does not start
 */
export async function startKafka(options: StartKafkaOptions = {}): Promise<RunningKafka> {
  await requireJava();
  const jars = await ensureKafka(options.onStep);
  const [freePort = 0, controllerPort = 0] = await freePorts(2);
  const isTemporary = options.dataFolder === undefined;
  const dataFolder = resolve(options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'attune-kafka-'))));
  const address: NodeAddress = { port: options.port ?? freePort, controllerPort, dataFolder };
  if (await answersKafka(address.port)) {
    throw new AttuneError('setup-missing', `Another Kafka answers on port ${address.port} already.`, {
      remedy: 'Stop it, or give another port.',
    });
  }
  try {
    await prepareFolder(jars, address);
    options.onStep?.('Starting Kafka');
    return new KafkaNode(
      address,
      isTemporary,
      () => launch(jars, address, options.heap ?? 256),
      await launch(jars, address, options.heap ?? 256),
    );
  } catch (error) {
    if (isTemporary) await rm(dataFolder, { recursive: true, force: true });
    throw error;
  }
}

class KafkaNode implements RunningKafka {
  readonly brokers: string;
  readonly port: number;
  readonly dataFolder: string;

  constructor(
    address: NodeAddress,
    private readonly isTemporary: boolean,
    private readonly start: () => Promise<number>,
    private currentPid: number,
  ) {
    this.port = address.port;
    this.brokers = `127.0.0.1:${address.port}`;
    this.dataFolder = address.dataFolder;
  }

  get pid(): number {
    return this.currentPid;
  }

  async stop(): Promise<void> {
    await endProcess(this.currentPid);
    if (this.isTemporary) await rm(this.dataFolder, { recursive: true, force: true });
  }

  kill(): Promise<void> {
    return endProcess(this.currentPid, 'SIGKILL');
  }

  async restart(): Promise<void> {
    await endProcess(this.currentPid);
    this.currentPid = await this.start();
  }
}

/** Writes the settings anew, since ports may change, and formats the folder the first time. */
async function prepareFolder(jars: string, address: NodeAddress): Promise<void> {
  const { dataFolder } = address;
  await mkdir(dataFolder, { recursive: true });
  await writeFile(join(dataFolder, 'server.properties'), serverProperties(address));
  await writeFile(join(dataFolder, 'log.properties'), logProperties(dataFolder));
  if (await isFormatted(dataFolder)) return;
  // As Kafka's own random ids: base64url of a UUID, and none that its tool would take for an option.
  const clusterId = `A${randomBytes(16).toString('base64url').slice(1)}`;
  const { ok, output } = await runProgram('java', [
    '-XX:TieredStopAtLevel=1',
    ...classPath(jars, dataFolder),
    'kafka.tools.StorageTool',
    'format',
    '--cluster-id',
    clusterId,
    '--config',
    join(dataFolder, 'server.properties'),
  ]);
  if (!ok) throw new AttuneError('setup-missing', `Kafka's data folder ${dataFolder} could not be formatted.\n${lastLines(output)}`);
}

async function isFormatted(dataFolder: string): Promise<boolean> {
  return stat(join(dataFolder, 'log', 'meta.properties')).then(
    () => true,
    () => false,
  );
}

function classPath(jars: string, dataFolder: string): string[] {
  return [`-Dlog4j2.configurationFile=${join(dataFolder, 'log.properties')}`, '-cp', join(jars, '*')];
}

/** @returns the id of the node's process, once it answers */
async function launch(jars: string, { port, dataFolder }: NodeAddress, heap: number): Promise<number> {
  const messages = await open(join(dataFolder, 'console.log'), 'w');
  try {
    const node = spawn(
      'java',
      [`-Xmx${heap}m`, '-XX:+UseSerialGC', ...classPath(jars, dataFolder), 'kafka.Kafka', join(dataFolder, 'server.properties')],
      { cwd: dataFolder, detached: true, stdio: ['ignore', messages.fd, messages.fd] },
    );
    node.unref();
    return await untilItAnswers(node, port, dataFolder);
  } finally {
    await messages.close();
  }
}

async function untilItAnswers(node: ChildProcess, port: number, dataFolder: string): Promise<number> {
  let failure: Error | undefined;
  node.on('error', (error) => (failure = error));
  const deadline = Date.now() + START_TIMEOUT;
  while (Date.now() < deadline) {
    const { pid } = node;
    if (failure !== undefined || pid === undefined || node.exitCode !== null || node.signalCode !== null) break;
    if (await answersKafka(port)) return pid;
    await sleep(POLL);
  }
  if (node.pid !== undefined && node.exitCode === null) await endProcess(node.pid, 'SIGKILL');
  const said = await Promise.all(['node.log', 'console.log'].map((name) => readFile(join(dataFolder, name), 'utf8').catch(() => '')));
  throw new AttuneError('setup-missing', `Kafka did not start on port ${port}.\n${lastLines(said.join('\n'))}`, { cause: failure });
}
