import { join } from 'node:path';
import { printMessage } from '../terminal';
import { fromHere } from './places';

/** Whether a head of an application serves, which is then said. */
export async function aHeadServes(models: string, app: string): Promise<boolean> {
  const { ModelStore } = await import('@attune/artifact');
  const current = await new ModelStore(models).current(app);
  if (current === undefined) return false;
  printMessage(`The head ${app}/${current.version} serves; remove ${fromHere(join(models, app))} to train the example head anew.`);
  return true;
}
