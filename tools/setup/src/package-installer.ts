import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { environment } from './environment';
import { causeOfDeath, runProcess } from './processes';
import type { SetupContext } from './progress';
import { bindingPath } from './tfjs-package';
import type { TensorFlowKind } from './wheels';

const STEP = "Running the package's own installer";

/**
 * The fallback where the wheels cannot be had: the installer that @tensorflow/tfjs-node-gpu brings, with the older
 * TensorFlow that it was built for. Says so before it begins.
 *
 * @param reason why the wheels cannot be had, as a clause
 * @param remedy how they could be had
 * @throws AttuneError `setup-missing` where this fails too: there is no native TensorFlow for this machine
 */
export async function runPackageInstaller(
  packageDirectory: string,
  kind: TensorFlowKind,
  { reason, remedy }: { reason: string; remedy: string | undefined },
  context: SetupContext,
): Promise<void> {
  context.report({
    type: 'note',
    message: `Falling back to the installer of @tensorflow/tfjs-node-gpu and its older TensorFlow, because ${reason}.${remedy === undefined ? '' : ` ${remedy}`}`,
  });
  context.report({ type: 'step', name: STEP });
  const variant = kind === 'cuda' ? 'gpu' : 'cpu';
  const { status, stdout, stderr } = await runProcess(process.execPath, ['scripts/install.js', variant, 'download'], {
    cwd: packageDirectory,
    // The installer calls its build tool by name.
    env: environment.withChanges({ PATH: environment.pathWith(resolve(packageDirectory, '../../.bin')) }),
    signal: context.signal,
  });
  if (status === 0 && existsSync(bindingPath(packageDirectory)) && existsSync(join(packageDirectory, 'deps/lib'))) return;
  throw new AttuneError(
    'setup-missing',
    `Native TensorFlow cannot be had on this machine: ${reason}, and the package's own installer failed: ${causeOfDeath(`${stdout}\n${stderr}`)}`,
    {
      remedy: [
        ...(remedy === undefined ? [] : [remedy]),
        'Training needs it. Without it these work: attune prepare, predict, evaluate and embed with exported models, export, and all services.',
      ].join('\n'),
    },
  );
}
