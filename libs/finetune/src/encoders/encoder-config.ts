import { join } from 'node:path';
import { AttuneError, type EncoderConfig } from '@attune/artifact';
import { readJson } from './checkpoint';
import { familyOfConfig, type EncoderFamily, type SourceConfig } from './families';

/** What config.json says. */
export interface EncoderDescription {
  family: EncoderFamily;
  config: EncoderConfig;
  /** config.json as it stands. */
  sourceConfig: SourceConfig;
}

/**
 * Reads config.json of an encoder's folder.
 *
 * @throws AttuneError `unsupported-encoder`, `missing-file`, `bad-model`.
 */
export async function readEncoderConfig(directory: string): Promise<EncoderDescription> {
  const file = join(directory, 'config.json');
  const json = await readJson(file);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new AttuneError('bad-model', `${file}: is not a JSON object`);
  const sourceConfig: SourceConfig = { ...json };
  const family = familyOfConfig(sourceConfig, file);
  return { family, config: family.parseConfig(sourceConfig, file), sourceConfig };
}

/** Most tokens, special ones counted, that the encoder's position table has room for. */
export function longestInput(config: EncoderConfig): number {
  return config.maxPositions - config.positionOffset;
}
