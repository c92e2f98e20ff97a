import type { ModelStore, Promotion, StoredVersion } from '@attune/artifact';
import type { Command } from 'commander';
import { openModelStore } from '../model-store';
import { numberOption } from '../option-values';
import { renderTable } from '../report-tables';
import { formatScore, printJson, printMessage, printResult, resultColours } from '../terminal';

interface StoreOptions {
  models?: string;
  json?: boolean;
  expectedGeneration?: number;
}

/** Adds `attune models`. */
export function registerModels(program: Command): void {
  const models = program.command('models').description('say and change which version of a model serves');
  verb(models, 'list', '[app]', 'the versions of an application, or of all of them').action(
    (app: string | undefined, options: StoreOptions) => list(app, options),
  );
  verb(models, 'current', '<app>', 'the version that serves').action(current);
  verb(models, 'verify', '<app> [version]', 'check the files of a version, or of all, against their hashes').action(verify);
  verb(models, 'add', '<app> <version> <folder>', 'copy a head that was trained into the store').action(add);
  verb(models, 'promote', '<app> <version>', 'let a version serve; every instance changes over within seconds')
    .option('--expected-generation <n>', 'only if this generation still serves (0: none)', numberOption)
    .action((app: string, version: string, options: StoreOptions) =>
      change(options, (store, expected) => store.promote(app, version, expected)),
    );
  verb(
    models,
    'shadow',
    '<app> [version]',
    'let a version score beside the one that serves, and answer nobody; without one, say which does',
  )
    .option('--share <share>', 'of what is asked, 0 to 1', numberOption, 0.1)
    .option('--stop', 'end it')
    .action(shadow);
  verb(models, 'rollback', '<app>', 'let the version serve that served before the present one')
    .option('--expected-generation <n>', 'only if this generation still serves', numberOption)
    .action((app: string, options: StoreOptions) => change(options, (store, expected) => store.rollback(app, expected)));
}

function verb(models: Command, name: string, operands: string, description: string): Command {
  return models
    .command(`${name} ${operands}`)
    .description(description)
    .option('--models <store>', 'the model store: a folder, or s3://bucket/prefix (default: ATTUNE_MODELS, else models)')
    .option('--json', 'print one line of JSON to stdout');
}

function openStore({ models }: StoreOptions): Promise<ModelStore> {
  return openModelStore(models);
}

/** A training is done in a folder of this machine; here its head goes to where services read it. */
async function add(app: string, version: string, folder: string, options: StoreOptions): Promise<void> {
  const store = await openStore(options);
  const directory = await store.add(app, version, folder);
  if (options.json === true) printJson({ added: { app, version, directory } });
  else printResult(`${app}/${version} is in ${store.location}; it serves once it is promoted.`);
}

async function list(app: string | undefined, options: StoreOptions): Promise<void> {
  const store = await openStore(options);
  const apps = app === undefined ? await store.apps() : [app];
  const found: [string, StoredVersion][] = [];
  for (const name of apps) for (const version of await store.list(name)) found.push([name, version]);
  if (options.json === true) printJson({ models: found.map(([name, version]) => versionJson(name, version)) });
  else if (found.length === 0) printMessage(`There are no models${app === undefined ? '' : ` of ${app}`} in ${store.location}.`);
  else printResult(versionTable(found));
}

function versionJson(app: string, { version, location, manifestSha256, writtenAt, isCurrent, manifest, problem }: StoredVersion): object {
  const tasks = manifest?.tasks.map(({ name, type, labels, metrics }) => ({ name, type, labels: labels.length, metrics }));
  return { app, version, current: isCurrent, directory: location, manifestSha256, writtenAt, tasks, problem: problem?.message };
}

function versionTable(found: readonly [string, StoredVersion][]): string {
  const colours = resultColours();
  const rows = found.map(([app, { version, isCurrent, writtenAt, manifest, problem }]) => {
    const metrics = manifest?.tasks.at(0)?.metrics ?? {};
    const written = writtenAt.toISOString().slice(0, 16).replace('T', ' ');
    const state = problem !== undefined ? colours.red('unusable') : isCurrent ? colours.green('serves') : '';
    return [`${app}/${version}`, state, written, formatScore(metrics.macroF1), formatScore(metrics.accuracy)];
  });
  const problems = found.flatMap(([, { problem }]) => (problem === undefined ? [] : [problem.message]));
  return [renderTable(['version', '', 'written', 'macro F1', 'accuracy'], rows), ...problems].join('\n');
}

async function current(app: string, options: StoreOptions): Promise<void> {
  const promotion = await (await openStore(options)).current(app);
  if (options.json === true) printJson({ current: promotion ?? null });
  else if (promotion !== undefined) printResult(promotionLine(promotion));
  else {
    const { AttuneError } = await import('@attune/artifact');
    throw new AttuneError('missing-file', `No version of ${app} serves.`, {
      remedy: `Promote one: attune models promote ${app} <version>`,
    });
  }
}

interface ShadowOptions extends StoreOptions {
  share: number;
  stop?: boolean;
}

async function shadow(app: string, version: string | undefined, options: ShadowOptions): Promise<void> {
  const { share, stop = false, json = false } = options;
  if (stop && version !== undefined) {
    const { AttuneError } = await import('@attune/artifact');
    throw new AttuneError('wrong-use', 'A version begins in shadow, and --stop ends what is in it: name one of the two.', {
      remedy: `attune models shadow ${app} --stop`,
    });
  }
  const store = await openStore(options);
  const ended = stop ? await store.stopShadow(app) : undefined;
  const begun = version === undefined ? await store.shadow(app) : await store.startShadow(app, version, share);
  if (json) printJson({ shadow: begun ?? null, ...(ended !== undefined && { ended }) });
  else if (ended !== undefined) printResult(`${ended.version} is in shadow no more.`);
  else if (begun === undefined) printResult(`No version of ${app} is in shadow.`);
  else printResult(`${begun.version} is in shadow with a share of ${String(begun.share)}, since ${begun.startedAt}`);
}

async function verify(app: string, version: string | undefined, options: StoreOptions): Promise<void> {
  const { AttuneError } = await import('@attune/artifact');
  const store = await openStore(options);
  const versions = version === undefined ? (await store.list(app)).map((stored) => stored.version) : [version];
  const results: { version: string; ok: boolean; problem?: string }[] = [];
  for (const name of versions) {
    const problem = await store.verify(app, name).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof AttuneError && error.code === 'bad-model') return error.message;
        throw error;
      },
    );
    results.push({ version: name, ok: problem === undefined, ...(problem !== undefined && { problem }) });
  }
  if (options.json === true) printJson({ verified: results });
  else for (const { version: name, problem } of results) printResult(`${app}/${name}: ${problem ?? 'every file is as its manifest says'}`);
  const damaged = results.filter(({ ok }) => !ok).length;
  if (damaged === 0) return;
  throw new AttuneError('bad-model', `${damaged} of ${results.length} ${results.length === 1 ? 'version' : 'versions'} cannot be served.`, {
    remedy: 'Copy or export the model again.',
  });
}

async function change(
  options: StoreOptions,
  make: (store: ModelStore, expected: { expectedGeneration?: number }) => Promise<Promotion>,
): Promise<void> {
  const { expectedGeneration } = options;
  const promotion = await make(await openStore(options), expectedGeneration === undefined ? {} : { expectedGeneration });
  if (options.json === true) printJson({ current: promotion });
  else printResult(promotionLine(promotion));
}

function promotionLine({ version, generation, promotedAt, manifestSha256 }: Promotion): string {
  return `${version} serves, as generation ${generation}, since ${promotedAt} (manifest ${manifestSha256.slice(0, 12)})`;
}
