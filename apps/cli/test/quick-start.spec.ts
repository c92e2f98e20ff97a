import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService, writeConceptModel, writeHandSetRanking, writeWordListModel, type RunningService } from '@attune/testing';
import type { Command } from 'commander';
import { createProgram } from '../src/program';
import { commandsOf, programsOf, type PageCommand } from './page-commands';

const ROOT = join(__dirname, '../../..');
const PAGES = ['README.md', 'CONTRIBUTING.md', 'deploy/README.md', 'docs/results/README.md'];
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
const COMMANDS = PAGES.flatMap((page) => commandsOf(read(page)).map((command) => ({ page, ...command })));

/** Programs of all pages that begin so, without those words. */
function programs(...begin: string[]): { at: string; words: string[] }[] {
  return COMMANDS.flatMap(({ page, line, text }) =>
    programsOf(text)
      .filter((words) => begin.every((word, place) => words[place] === word))
      .map((words) => ({ at: `${page}:${line}`, words: words.slice(begin.length) })),
  );
}

describe('commands in the pages', () => {
  it('call verbs and options of attune that there are', async () => {
    const attune = await createProgram([]);
    const faults = programs('npx', 'attune').flatMap(({ at, words }) => faultsOf(attune, words).map((fault) => `${at}: ${fault}`));
    expect(faults).toEqual([]);
    expect(programs('npx', 'attune').length).toBeGreaterThan(25);
  });

  it('call scripts of npm and targets of Nx that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const { at, words } of programs('npm', 'run')) expect({ at, script: words[0] in scripts }).toEqual({ at, script: true });
    const targets = new Map(
      ['apps', 'libs', 'tools'].flatMap((folder) =>
        readdirSync(join(ROOT, folder))
          .map((name) => join(folder, name, 'project.json'))
          .filter((file) => existsSync(join(ROOT, file)))
          .map((file) => JSON.parse(read(file)) as { name: string; targets: Record<string, unknown> })
          .map((project): [string, string[]] => [project.name, Object.keys(project.targets)]),
      ),
    );
    const called = programs('npx', 'nx', 'run');
    for (const { at, words } of called) {
      const [project, target] = words[0].split(':');
      expect({ at, targets: targets.get(project) }).toEqual({ at, targets: expect.arrayContaining([target]) });
    }
    expect(called.length).toBeGreaterThan(3);
  });

  it('start programs that there are', () => {
    const files = programs('node').map(({ at, words }) => ({ at, file: words.find((word) => !word.startsWith('-')) ?? '' }));
    for (const { at, file } of files) expect({ at, isThere: existsSync(join(ROOT, file)) }).toEqual({ at, isThere: true });
  });
});

/** Words of a command line that its program does not know. */
function faultsOf(program: Command, words: readonly string[]): string[] {
  let command = program;
  let [verb, ...rest] = words;
  for (;;) {
    const found = command.commands.find((each) => each.name() === verb);
    if (found === undefined) break;
    command = found;
    [verb = '', ...rest] = rest;
  }
  if (command === program) return [`there is no attune ${words[0]}`];
  const known = new Set(command.options.flatMap(({ long, short }) => [long, short]));
  return [verb, ...rest]
    .filter((word) => /^--?[a-z]/.test(word))
    .map((word) => word.replace(/=.*$/s, ''))
    .filter((flag) => flag !== '--help' && !known.has(flag))
    .map((flag) => `attune ${command.name()} has no ${flag}`);
}

/** Requests to a service in the README: those between the command that starts it and the next heading, but for webhooks, whose host must be real. */
function requestsTo(service: string): PageCommand[] {
  const page = read('README.md');
  const from = page.indexOf(`bin/${service}.js`);
  return commandsOf(page.slice(from, page.indexOf('\n## ', from))).filter(
    ({ text }) => text.includes('localhost:3000') && !text.includes('/v1/webhooks'),
  );
}

/** As bash runs them: a refused request is a failure, a stream that goes on for ever is left, what is about to be there is asked for again. */
const CURL = `curl() {
  case "$*" in
    *-sN*) command curl --fail-with-body --max-time 2 "$@" || { local status=$?; [ $status = 28 ] || return $status; } ;;
    *) command curl --fail-with-body --retry 20 --retry-delay 1 --retry-all-errors "$@" ;;
  esac
}`;
const START_TIMEOUT = 120_000;

describe.each([
  ['sentiment-monitor', writeWordListModel, 5],
  ['customer-service', writeConceptModel, 6],
  ['recommender', writeHandSetRanking, 4],
] as const)('requests to the %s in the README', (service, writeModel, fewest) => {
  let folder: string;
  let running: RunningService;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attune-quick-start-'));
    await writeModel(join(folder, 'models'));
    await symlink(join(ROOT, 'apps'), join(folder, 'apps'));
    await writeFile(join(folder, 'returns.md'), '# Returns\n\nA parcel that arrives damaged is replaced within two days.\n');
    running = await startService(join(ROOT, `apps/${service}/bin/${service}.js`), {
      ATTUNE_MODELS: join(folder, 'models'),
      ATTUNE_DATA: join(folder, 'data'),
      ATTUNE_INFERENCE_THREADS: '1',
    });
  }, START_TIMEOUT);
  afterAll(async () => {
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('are answered', async () => {
    const requests = requestsTo(service);
    expect(requests.length).toBeGreaterThanOrEqual(fewest);
    const script = requests.map(({ text }) => text.replaceAll('localhost:3000', new URL(running.url).host)).join('\n');
    const { status, output } = await runBash(`set -euo pipefail\n${CURL}\n${script}`, folder);
    expect({ status, output: status === 0 ? '' : output }).toEqual({ status: 0, output: '' });
  }, 120_000);
});

function runBash(script: string, cwd: string): Promise<{ status: number | null; output: string }> {
  const child = spawn('bash', ['-c', script], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, output })));
}
