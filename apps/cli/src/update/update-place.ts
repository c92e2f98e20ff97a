import { cp, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { openModelStore } from '../model-store';
import { describeFault } from './gate';
import type { UpdateRequest, UpdateResult } from './run-update';

/** What an update goes on from, and where it goes. */
export type UpdatePlace = Pick<UpdateRequest, 'serving' | 'keep'>;

/**
 * The version of a model store that serves; one that passes becomes its next version.
 *
 * @throws AttuneError `missing-file` where no version serves; `keep` throws `conflict` where another version was promoted meanwhile
 */
export async function storePlace(app: string, { models, promote }: { models: string | undefined; promote: boolean }): Promise<UpdatePlace> {
  const store = await openModelStore(models);
  const serving = await store.open(app);
  return {
    serving,
    keep: async (model, version) => {
      await store.add(app, version, model);
      if (promote) await store.promote(app, version, { expectedGeneration: serving.generation });
      return promote;
    },
  };
}

/**
 * A model in a folder; one that passes goes into another. What serves is not changed.
 *
 * @throws AttuneError `wrong-use` where the other folder holds something else
 */
export async function folderPlace(from: string, out: string): Promise<UpdatePlace> {
  const { assertReplaceable, writeDirectoryAtomically } = await import('@attune/artifact');
  await assertReplaceable(out);
  return {
    serving: { version: basename(resolve(from)), directory: from },
    keep: async (model) => {
      await writeDirectoryAtomically(out, (staging) => cp(model, staging, { recursive: true }));
      return false;
    },
  };
}

/** Writes what an update came to, with the reasons against it as sentences. */
export async function writeReport(file: string, result: UpdateResult): Promise<void> {
  await writeFile(file, `${JSON.stringify({ ...result, reasons: result.faults.map(describeFault) }, null, 2)}\n`);
}
