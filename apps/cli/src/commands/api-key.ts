import type { Scope } from '@attune/service-kit';
import { Option, type Command } from 'commander';
import { printJson, printMessage, printResult, resultColours } from '../terminal';

interface CreateFlags {
  readonly name: string;
  readonly scope: Scope;
  readonly json?: boolean;
}

/** `attune api-key create`: a key for a client, and the entry by which a service knows it. */
export function registerApiKey(program: Command): void {
  program
    .command('api-key')
    .description('keys with which clients call the services')
    .command('create')
    .description('make a key: it is printed once and stored nowhere; the service is given its hash')
    .requiredOption('--name <name>', 'whose key it is: letters, digits and _ . @ -, 64 at most')
    .addOption(
      new Option('--scope <scope>', 'what it allows; each scope includes those before it')
        .choices(['read', 'write', 'admin'])
        .makeOptionMandatory(),
    )
    .option('--json', 'one line of JSON')
    .action(create);
}

async function create({ name, scope, json }: CreateFlags): Promise<void> {
  const [{ AttuneError }, { createApiKey, parseApiKeyEntries }] = await Promise.all([
    import('@attune/artifact'),
    import('@attune/service-kit'),
  ]);
  const { key, entry } = createApiKey(name, scope);
  const [fault] = parseApiKeyEntries(entry).faults;
  if (fault !== undefined) {
    throw new AttuneError('wrong-use', `--name: "${name}" cannot be the name of a key.`, {
      remedy: 'A name has 1 to 64 letters, digits and _ . @ -.',
    });
  }
  if (json === true) return printJson({ name, scope, key, entry });
  const colours = resultColours();
  printResult(`${colours.dim('key  ')}  ${colours.bold(key)}\n${colours.dim('entry')}  ${entry}`);
  printMessage(
    [
      'The key is shown this once: give it to the client, which sends it as "Authorization: Bearer <key>".',
      'The entry goes to the service: add it to ATTUNE_API_KEYS, separated by a comma, or as a line to the file of ATTUNE_API_KEYS_FILE.',
    ].join('\n'),
  );
}
