import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { parse } from 'yaml';
import { z } from 'zod';

const apps = resolve(__dirname, '../../..');
const rowsSchema = z.looseObject({
  text: z.string().optional(),
  pair: z.string().optional(),
  label: z.string().optional(),
  group: z.string().optional(),
});

/** What of head.yaml this service reads and changes; everything else goes to the training as it stands. */
const templateSchema = z.looseObject({
  task: z.string().default('classification'),
  encoder: z.string().optional(),
  data: rowsSchema.default({}),
  tasks: z
    .array(z.looseObject({ name: z.string(), type: z.string().optional(), label: z.string().optional(), data: rowsSchema.optional() }))
    .optional(),
  training: z.looseObject({ metric: z.string().optional() }).optional(),
});
export type HeadTemplate = z.infer<typeof templateSchema>;

/** Keys under which head.yaml names files. */
const FILE_KEYS = ['train', 'validation', 'test', 'events', 'items'];

/** The heads that are trained here, each with the configuration that its trainings begin with. */
export class HeadTemplates {
  private constructor(private readonly templates: ReadonlyMap<string, HeadTemplate>) {}

  /**
   * @param heads without a file, the one of the application with the head's name is taken where there is one
   * @throws AttuneError `bad-config` where a file cannot be read
   */
  static async read(heads: readonly { readonly name: string; readonly file?: string }[]): Promise<HeadTemplates> {
    const entries = heads.map(async ({ name, file }) => [name, await readTemplate(file ?? ownFile(name))] as const);
    return new HeadTemplates(new Map(await Promise.all(entries)));
  }

  get names(): string[] {
    return [...this.templates.keys()];
  }

  /** @throws AttuneError `not-found` */
  get(name: string): HeadTemplate {
    const template = this.templates.get(name);
    if (template !== undefined) return template;
    throw new AttuneError('not-found', `There is no head ${name} here.`, {
      remedy: `There are ${this.names.join(', ')}; ATTUNE_HEADS names them.`,
    });
  }
}

function ownFile(name: string): string | undefined {
  const file = join(apps, name, 'head/head.yaml');
  return existsSync(file) ? file : undefined;
}

async function readTemplate(file: string | undefined): Promise<HeadTemplate> {
  if (file === undefined) return templateSchema.parse({});
  try {
    const template = templateSchema.parse(parse(await readFile(file, 'utf8')) ?? {});
    return withAbsolutePaths(template, resolve(dirname(file)));
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new AttuneError('bad-config', `ATTUNE_HEADS: ${file} is no head.yaml that can be read: ${reason}`, {
      remedy: 'attune train --print-config writes an example.',
      cause,
    });
  }
}

/** A training has a configuration in another folder, so nothing may be relative to this one. */
function withAbsolutePaths(template: HeadTemplate, folder: string): HeadTemplate {
  const { encoder, tasks } = template;
  const isFolder = encoder !== undefined && (/^\.{1,2}([/\\]|$)/.test(encoder) || existsSync(join(folder, encoder, 'config.json')));
  return {
    ...template,
    ...(encoder === undefined ? {} : { encoder: isFolder && !isAbsolute(encoder) ? join(folder, encoder) : encoder }),
    data: withAbsoluteFiles(template.data, folder),
    ...(tasks === undefined
      ? {}
      : { tasks: tasks.map((task) => ({ ...task, ...(task.data === undefined ? {} : { data: withAbsoluteFiles(task.data, folder) }) })) }),
  };
}

function withAbsoluteFiles(data: HeadTemplate['data'], folder: string): HeadTemplate['data'] {
  const absolute = (path: unknown): unknown => (typeof path === 'string' ? resolve(folder, path) : path);
  const files = FILE_KEYS.filter((key) => data[key] !== undefined).map((key) => {
    const paths = data[key];
    return [key, Array.isArray(paths) ? paths.map(absolute) : absolute(paths)];
  });
  return { ...data, ...Object.fromEntries(files) };
}
