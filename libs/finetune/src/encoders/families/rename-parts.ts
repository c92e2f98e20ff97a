/** Names of the parameters of blocks, both ways; undefined for what is no part of a block. */
export interface BlockNames {
  toHuggingFaceName(canonical: string): string | undefined;
  fromHuggingFaceName(name: string): string | undefined;
}

/**
 * The names of a family that calls the parts of a block otherwise than `encoder.layer.<n>.…`.
 *
 * @param prefix what stands before a block's number in a checkpoint
 * @param parts a part's name in memory, and that in a checkpoint
 */
export function renameParts(prefix: string, parts: readonly (readonly [canonical: string, source: string])[]): BlockNames {
  const toSource = new Map(parts);
  const fromSource = new Map(parts.map(([canonical, source]) => [source, canonical]));
  const rename = (name: string, from: string, to: string, table: ReadonlyMap<string, string>): string | undefined => {
    if (!name.startsWith(`${from}.`)) return undefined;
    const match = /^(\d+)\.(.+)\.(weight|bias)$/.exec(name.slice(from.length + 1));
    if (match === null) return undefined;
    const [, layer, part, kind] = match;
    const renamed = table.get(part);
    return renamed === undefined ? undefined : `${to}.${layer}.${renamed}.${kind}`;
  };
  return {
    toHuggingFaceName: (canonical) => rename(canonical, 'encoder.layer', prefix, toSource),
    fromHuggingFaceName: (name) => rename(name, prefix, 'encoder.layer', fromSource),
  };
}
