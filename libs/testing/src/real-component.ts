import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withFolderLock } from './folder-lock';
import { testRunFolder } from './test-run';

/** A broker or a database that specs use for real. `Address` is what they need to reach it, as JSON. */
export interface RealComponent<Address> {
  /** As a person calls it: `Kafka`. */
  readonly name: string;
  /** One that runs already, from the environment; nothing is started then. */
  fromEnvironment(): Address | undefined;
  /** What keeps it from being started on this machine. Looked at while specs are collected, so it is synchronous. */
  missing(): MissingPart | undefined;
  /** Starts one that outlives the spec file; the test run ends it. */
  start(): Promise<StartedComponent<Address>>;
}

export interface MissingPart {
  readonly reason: string;
  readonly remedy: string;
}

export interface StartedComponent<Address> {
  readonly address: Address;
  /** The process to end with the test run. */
  readonly pid: number;
  /** What to end it with. Default SIGTERM. */
  readonly signal?: 'SIGTERM' | 'SIGINT' | 'SIGQUIT';
  /** Removed with the test run. */
  readonly folder?: string;
}

/** Milliseconds that a component may take to start. */
const START_TIMEOUT = 180_000;

/**
 * A `describe` whose specs use a real component: started by the first spec file of a test run that needs it, shared by
 * the others, and ended with the run. Where it cannot be had the specs are skipped and say why; with CI set they fail.
 *
 * @param suite defines the specs; the function it is given returns the address, once specs run
 */
export function describeWithReal<Address>(component: RealComponent<Address>, title: string, suite: (address: () => Address) => void): void {
  const missing = component.fromEnvironment() === undefined ? component.missing() : undefined;
  describeUnlessMissing({ name: component.name, missing }, title, () => {
    let address: Address | undefined;
    if (missing === undefined) {
      beforeAll(async () => {
        address = await acquireComponent(component);
      }, START_TIMEOUT);
    }
    suite(() => {
      if (address === undefined) throw new Error(`${component.name} is there once specs run, not while they are collected.`);
      return address;
    });
  });
}

/** A `describe` that is skipped aloud where something is missing; with CI set it fails. */
export function describeUnlessMissing(
  { name, missing }: { name: string; missing: MissingPart | undefined },
  title: string,
  suite: () => void,
): void {
  if (missing === undefined) return describe(title, suite);
  const message = `${title}: ${name} is missing: ${missing.reason} ${missing.remedy}`;
  if (isContinuousIntegration()) {
    describe(title, () => {
      it(`uses a real ${name}`, () => {
        throw new Error(message);
      });
    });
    return;
  }
  process.stderr.write(`SKIPPED ${message}\n`);
  describe.skip(`${title} (skipped: ${missing.reason})`, suite);
}

/**
 * The component of this test run; started where no spec has asked for it yet.
 *
 * @throws what `start` throws
 */
export async function acquireComponent<Address>(component: RealComponent<Address>): Promise<Address> {
  const given = component.fromEnvironment();
  if (given !== undefined) return given;
  const record = join(testRunFolder(), `${component.name}.json`);
  return withFolderLock(`${record}.lock`, async () => {
    if (!existsSync(record)) await writeFile(record, JSON.stringify(await component.start()));
    const started = JSON.parse(await readFile(record, 'utf8')) as StartedComponent<Address>;
    return started.address;
  });
}

function isContinuousIntegration(): boolean {
  const { CI } = process.env;
  return CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0';
}
