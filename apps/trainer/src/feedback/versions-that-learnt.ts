import type { Manifest, StoredVersion } from '@attune/artifact';
import type { FeedbackErasure } from '@attune/contracts';
import { z } from 'zod';

const filesSchema = z.array(z.looseObject({ file: z.string(), rows: z.number().int(), sha256: z.string() }));
export type LearntFile = z.infer<typeof filesSchema>[number];

/** The files that a version learnt from, as its manifest names them. */
export function learntFiles({ trainingData }: Pick<Manifest, 'trainingData'>): LearntFile[] {
  return filesSchema.safeParse(trainingData?.files).data ?? [];
}

/**
 * The versions that learnt from files, and those that went on from one that did.
 *
 * @param hashes SHA-256 of the files
 */
export function versionsThatLearnt(
  stored: readonly Pick<StoredVersion, 'version' | 'isCurrent' | 'manifestSha256' | 'manifest'>[],
  hashes: readonly string[],
): FeedbackErasure['versions'] {
  const direct = new Map(
    stored
      .filter(({ manifest }) => manifest !== undefined && learntFiles(manifest).some(({ sha256 }) => hashes.includes(sha256)))
      .map(({ version, manifestSha256 }) => [manifestSha256, version]),
  );
  return stored.flatMap(({ version, isCurrent, manifestSha256, manifest }) => {
    if (direct.has(manifestSha256)) return [{ version, isCurrent, through: [] }];
    const through = (manifest?.lineage ?? []).flatMap((former) => direct.get(former.manifest) ?? []);
    return through.length === 0 ? [] : [{ version, isCurrent, through }];
  });
}
