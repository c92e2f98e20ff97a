import { basename, isAbsolute, relative, resolve } from 'node:path';

/** Options that say where things lie on one machine and change nothing in what is measured. */
const PLACES = ['--python', '--out', '--work', '--peers', '--profile'];

/**
 * The command line that a result's page shows: without the options that only say where things lie, and with paths that mean something
 * elsewhere too. What lies in the checkout is named from its root, anything else by its last name.
 *
 * @param root folder of the checkout
 * @param from folder that relative paths start from
 */
export function shownCommand(program: string, args: readonly string[], root: string, from = process.cwd()): string {
  const kept = args.filter(
    (argument, index) => !PLACES.some((name) => argument.startsWith(`${name}=`) || [argument, args[index - 1]].includes(name)),
  );
  return [program, ...kept.map((argument) => withoutPlace(argument, root, from))].join(' ');
}

function withoutPlace(argument: string, root: string, from: string): string {
  const [, option = '', value] = /^(--[^=]+=)?(.*)$/s.exec(argument) ?? [];
  if (!isAbsolute(value) && !value.startsWith('..')) return argument;
  const path = resolve(from, value);
  const inside = relative(root, path);
  return option + (inside === '' || inside.startsWith('..') ? basename(path) : inside);
}
