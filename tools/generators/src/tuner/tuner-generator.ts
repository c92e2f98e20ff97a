import { join } from 'node:path';
import { formatFiles, generateFiles, names, type Tree } from '@nx/devkit';

export interface TunerGeneratorOptions {
  /** Lower case with hyphens: its folder in libs/finetune/src/tuners and its name in head.yaml. */
  name: string;
  /** Where the method comes from: authors and year. */
  paper: string;
}

const TUNERS = 'libs/finetune/src/tuners';
const CONFIGURATION = 'libs/finetune/src/config/head-config.ts';

/**
 * Writes `libs/finetune/src/tuners/<name>` with a tuner that trains the head and the norms of the encoder, a method to start
 * from, and registers it: in the list of tuners and as a value of `tuner.name` in head.yaml. The suite of all tuners runs over it.
 *
 * @throws Error where the name is taken, or the places to register it look other than expected
 */
export async function tunerGenerator(tree: Tree, { name, paper }: TunerGeneratorOptions): Promise<() => void> {
  const root = `${TUNERS}/${name}`;
  if (tree.exists(root)) throw new Error(`${root} is there already.`);
  const { propertyName } = names(name);
  generateFiles(tree, join(__dirname, 'files'), root, { name, paper, propertyName });
  edit(tree, `${TUNERS}/index.ts`, [
    [/(import type \{ Tuner \} from '\.\/tuner';)/, `import { ${propertyName} } from './${name}/${name}';\n$1`],
    [/(export const tuners: readonly Tuner\[\] = \[[^\]]+)\]/, `$1, ${propertyName}]`],
  ]);
  edit(tree, CONFIGURATION, [[/(tuner: z\s*\.strictObject\(\{\s*name: z\s*\.enum\(\[[^\]]+)\]/, `$1, '${name}']`]]);
  await formatFiles(tree);
  return () =>
    console.log(
      `\n${root} is written. Make it the method, then run \`npx jest libs/finetune/src/tuners\`; CONTRIBUTING.md says what else belongs to a tuner.`,
    );
}

export default tunerGenerator;

/** @throws Error where a pattern does not occur */
function edit(tree: Tree, path: string, replacements: readonly (readonly [RegExp, string])[]): void {
  let text = tree.read(path, 'utf8') ?? '';
  for (const [pattern, replacement] of replacements) {
    if (!pattern.test(text)) throw new Error(`${path} looks other than expected: add the tuner by hand.`);
    text = text.replace(pattern, replacement);
  }
  tree.write(path, text);
}
