import { spawnSync } from 'node:child_process';
import { AttuneError } from '@attune/artifact';

/**
 * Checks that a Python interpreter has what a comparison needs.
 *
 * @throws AttuneError `setup-missing` that names what is not there
 */
export function requirePython(python: string, modules: readonly string[]): void {
  const probe = `import importlib.util as u, json; print(json.dumps([m for m in ${JSON.stringify(modules)} if u.find_spec(m) is None]))`;
  const { error, status, stdout, stderr } = spawnSync(python, ['-c', probe], { encoding: 'utf8' });
  if (error || status !== 0) {
    throw new AttuneError('setup-missing', `The Python interpreter "${python}" does not run: ${error?.message ?? stderr.trim()}`, {
      remedy: 'Name another one with --python.',
    });
  }
  const missing: unknown = JSON.parse(stdout);
  if (!Array.isArray(missing) || missing.length === 0) return;
  throw new AttuneError('setup-missing', `The Python interpreter "${python}" lacks ${missing.join(', ')}.`, {
    remedy: `The comparison runs its peer there: install ${missing.join(' ')} with pip, or name another interpreter with --python.`,
  });
}
