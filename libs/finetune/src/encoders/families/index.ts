import { AttuneError, transposedTensor, type EncoderFamilyName, type NamedTensor } from '@attune/artifact';
import { bert } from './bert';
import { distilbert } from './distilbert';
import type { CheckpointLayout, EncoderFamily, SourceConfig } from './family';
import { gpt2 } from './gpt2';
import { mpnet } from './mpnet';
import { roberta, xlmRoberta } from './roberta';

export type { CheckpointLayout, EncoderFamily, SourceConfig } from './family';

/** Every family that is known; a new one is a file beside these and a line here. */
export const encoderFamilies: readonly EncoderFamily[] = [bert, roberta, xlmRoberta, distilbert, mpnet, gpt2];

/** The family of that name. */
export function encoderFamily(name: EncoderFamilyName): EncoderFamily {
  const family = encoderFamilies.find((candidate) => candidate.name === name);
  if (family === undefined) throw new AttuneError('unsupported-encoder', `there is no encoder family "${name}"`);
  return family;
}

/** A tensor of a checkpoint under the name that it has in memory, or its own where it is no part of an encoder, and in memory's shape. */
export function inMemory(family: EncoderFamily, name: string, tensor: NamedTensor): [string, NamedTensor] {
  const canonical = family.fromHuggingFaceName(name) ?? name;
  return [canonical, family.isTransposed?.(canonical) ? transposedTensor(tensor) : tensor];
}

/** The way back: a parameter under the name and in the order that a checkpoint has it. */
export function inCheckpoint(
  family: EncoderFamily,
  canonical: string,
  tensor: NamedTensor,
  layout?: CheckpointLayout,
): [string, NamedTensor] {
  return [family.toHuggingFaceName(canonical, layout), family.isTransposed?.(canonical) ? transposedTensor(tensor) : tensor];
}

/**
 * The family that a config.json belongs to, by its `model_type`.
 *
 * @param file Path of the config.json, for messages.
 * @throws AttuneError `unsupported-encoder`, naming the architecture and listing those supported.
 */
export function familyOfConfig(source: SourceConfig, file: string): EncoderFamily {
  const modelType = source.model_type;
  const family = encoderFamilies.find((candidate) => typeof modelType === 'string' && candidate.modelTypes.includes(modelType));
  if (family !== undefined) return family;
  const supported = encoderFamilies.flatMap((candidate) => candidate.modelTypes).join(', ');
  const remedy = `Supported are: ${supported}.`;
  if (typeof modelType !== 'string') throw new AttuneError('unsupported-encoder', `${file}: has no "model_type"`, { remedy });
  const architectures = Array.isArray(source.architectures) ? ` (${source.architectures.join(', ')})` : '';
  throw new AttuneError('unsupported-encoder', `${file}: the architecture "${modelType}"${architectures} is not supported`, { remedy });
}
