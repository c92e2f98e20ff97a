import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { AttuneError, fileErrorCode } from '@attune/artifact';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { configFaults, type ConfigFault } from './config-faults';
import { headConfigSchema, type HeadConfig } from './head-config';
import { rankingConfigSchema, type RankingConfig } from './ranking-config';

/** A value given on the command line for one key of head.yaml. */
export interface ConfigFlag {
  /** As the user typed it, for messages: `--epochs`. */
  flag: string;
  /** Dotted path of the key it sets: `training.epochs`. */
  path: string;
  value: unknown;
}

type Section = Record<string, unknown>;

const LOW_RANK_KEYS = ['rank', 'alpha', 'dropout', 'targetModules'];

/** Keys that only some tuners read, and that a file may set for a tuner which a flag then replaces. */
const TUNER_KEYS: Record<string, readonly string[]> = {
  lora: LOW_RANK_KEYS,
  dora: LOW_RANK_KEYS,
  adapters: ['reductionFactor', 'activation'],
  'prompt-tuning': ['promptTokens', 'promptText', 'promptEncoder', 'promptEncoderSize'],
  full: ['layerDecay', 'unfreezeEvery', 'frozenLayers'],
};

/**
 * Reads head.yaml, puts the flags over it and fills in the defaults. Paths in the file (data files, an encoder's
 * folder) are relative to the file; paths in flags to the working directory.
 *
 * @param file path of head.yaml; undefined for flags and defaults alone
 * @throws AttuneError `missing-file`; `bad-config` with every fault, its line or flag, and the nearest key to an unknown one
 */
export async function loadHeadConfig(file: string | undefined, flags: readonly ConfigFlag[] = []): Promise<HeadConfig> {
  return loadBySchema(headConfigSchema, file, flags);
}

/** {@link loadHeadConfig}, of a ranking task. */
export async function loadRankingConfig(file: string | undefined, flags: readonly ConfigFlag[] = []): Promise<RankingConfig> {
  return loadBySchema(rankingConfigSchema, file, flags);
}

/** Whether flags, or else the file, name the task ranking, whose keys are its own. */
export async function configuresRanking(file: string | undefined, flags: readonly ConfigFlag[] = []): Promise<boolean> {
  const flag = flags.find(({ path }) => path === 'task');
  if (flag !== undefined || file === undefined) return flag?.value === 'ranking';
  return (await readConfigFile(file)).values.task === 'ranking';
}

async function loadBySchema<Schema extends z.ZodType>(
  schema: Schema,
  file: string | undefined,
  flags: readonly ConfigFlag[],
): Promise<z.infer<Schema>> {
  const source = file === undefined ? undefined : await readConfigFile(file);
  const values = source?.values ?? {};
  if (file !== undefined) resolvePaths(values, dirname(file));
  applyFlags(values, flags);
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;
  const faults = configFaults(parsed.error, values, schema).map((fault) => `  ${locate(fault, flags, source)}${fault.message}`);
  const title = file === undefined ? 'the configuration is not valid' : `${file} is not valid`;
  throw new AttuneError('bad-config', [`${title}:`, ...faults].join('\n'), { remedy: 'attune train --help lists every key.' });
}

interface ConfigFile {
  document: Document.Parsed;
  lines: LineCounter;
  values: Section;
}

async function readConfigFile(file: string): Promise<ConfigFile> {
  const text = await readText(file);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => `  ${error.message.split('\n')[0].replace(/:$/, '')}`);
    throw new AttuneError('bad-config', [`${file} is not valid YAML:`, ...faults].join('\n'));
  }
  let values: unknown;
  try {
    values = document.toJS();
  } catch (cause) {
    throw new AttuneError('bad-config', `${file} is not valid YAML: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  if (values !== null && (typeof values !== 'object' || Array.isArray(values))) {
    throw new AttuneError('bad-config', `${file} must hold keys and values, as in "task: classification".`, {
      remedy: 'attune train --print-config writes an example.',
    });
  }
  return { document, lines, values: withoutEmptyValues(Object.entries(values ?? {})) };
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const code = fileErrorCode(cause);
    if (code === 'ENOENT') {
      throw new AttuneError('missing-file', `${file}: no such file.`, { remedy: 'attune train --print-config writes an example.', cause });
    }
    throw new AttuneError('bad-config', `${file} cannot be read (${String(code)}).`, { cause });
  }
  if (!isUtf8(bytes)) throw new AttuneError('bad-config', `${file} is not UTF-8 text.`, { remedy: 'Save it as UTF-8.' });
  return bytes.toString('utf8');
}

/** Sections whose keys are names of the user's own: one without a value is a fault. */
const NAMES = ['labels', 'verbalizer'];

/** A key without a value, and a section whose keys are all comments, stand for their default. */
function withoutEmptyValues(entries: [string, unknown][]): Section {
  return Object.fromEntries(
    entries
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isSection(value) && !NAMES.includes(key) ? withoutEmptyValues(Object.entries(value)) : value]),
  );
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keys that name files or folders, of the sections of rows and of others. */
const ROW_FILES = ['train', 'validation', 'test', 'events', 'items', 'cache'];
const SECTION_FILES: Record<string, readonly string[]> = {
  augmentation: ['synonyms'],
  distill: ['teachers', 'unlabelled'],
  continual: ['from', 'replay'],
  pretraining: ['data'],
  prompt: ['unlabelled'],
};

function resolvePaths(values: Section, folder: string): void {
  const ownRows = Array.isArray(values.tasks) ? values.tasks.map((task: unknown) => (isSection(task) ? task.data : undefined)) : [];
  const rows: [unknown, readonly string[]][] = [values.data, ...ownRows].map((data) => [data, ROW_FILES]);
  for (const [section, keys] of [
    ...rows,
    ...Object.entries(SECTION_FILES).map(([name, own]): [unknown, readonly string[]] => [values[name], own]),
  ]) {
    if (!isSection(section)) continue;
    for (const key of keys) {
      const paths = section[key];
      if (paths !== undefined)
        section[key] = Array.isArray(paths) ? paths.map((path: unknown) => resolvePath(path, folder)) : resolvePath(paths, folder);
    }
  }
  const { encoder } = values;
  if (typeof encoder !== 'string' || isAbsolute(encoder)) return;
  const isRelativePath = /^\.{1,2}([/\\]|$)/.test(encoder);
  if (isRelativePath || (encoder !== '' && existsSync(join(folder, encoder, 'config.json')))) values.encoder = join(folder, encoder);
}

/** A path relative to a folder; what is no path is left to the schema. */
function resolvePath(path: unknown, folder: string): unknown {
  return typeof path === 'string' && path !== '' && !isAbsolute(path) ? join(folder, path) : path;
}

function applyFlags(values: Section, flags: readonly ConfigFlag[]): void {
  for (const { path, value } of flags) {
    const names = path.split('.');
    const key = names.at(-1) ?? path;
    const section = sectionAt(values, names);
    if (path === 'tuner.name' && section[key] !== value) values.tuner = withoutOtherTunersKeys(section, String(value));
    sectionAt(values, names)[key] = value;
  }
}

/** The mapping that holds a key; made where it is missing. */
function sectionAt(values: Section, names: readonly string[]): Section {
  if (names.length === 1) return values;
  const existing = values[names[0]];
  if (isSection(existing)) return existing;
  const created: Section = {};
  values[names[0]] = created;
  return created;
}

function withoutOtherTunersKeys(tuner: Section, name: string): Section {
  const own = TUNER_KEYS[name] ?? [];
  const others = Object.values(TUNER_KEYS)
    .flat()
    .filter((key) => !own.includes(key));
  return Object.fromEntries(Object.entries(tuner).filter(([key]) => !others.includes(key)));
}

function locate(fault: ConfigFault, flags: readonly ConfigFlag[], source: ConfigFile | undefined): string {
  const dotted = fault.path.join('.');
  const flag = flags.find(({ path }) => path === dotted);
  if (flag !== undefined) return `${flag.flag}: `;
  const line = source === undefined ? undefined : lineOf(source, fault.path);
  const name = dotted === '' ? '' : `${dotted}: `;
  return line === undefined ? name : `line ${line}: ${name}`;
}

/** Line of the key, or of the nearest section above it that the file has. */
function lineOf({ document, lines }: ConfigFile, path: string[]): number | undefined {
  let node: unknown = document.contents;
  let line: number | undefined;
  for (const name of path) {
    if (isSeq(node)) {
      node = node.items[Number(name)];
      continue;
    }
    const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === name) : undefined;
    if (pair === undefined) break;
    if (isScalar(pair.key) && pair.key.range) line = lines.linePos(pair.key.range[0]).line;
    node = pair.value;
  }
  return line;
}
