import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AttuneError } from '@attune/artifact';

/** The other words of the same meaning, by a word in lower case. */
export type Synonyms = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a list of synonyms: words of one meaning on a line, with commas between them; empty lines and those that begin with # say nothing. A
 * word on several lines has the synonyms of all of them.
 *
 * @throws AttuneError `missing-file`; `bad-data` for a line with one word, and where there is none
 */
export async function loadSynonyms(file: string): Promise<{ synonyms: Synonyms; sha256: string }> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new AttuneError('missing-file', `${file}: the synonyms cannot be read.`, { remedy: 'Correct augmentation.synonyms.', cause });
  });
  const synonyms = new Map<string, string[]>();
  const lines = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  lines.forEach((line, place) => {
    if (line.trim() === '' || line.startsWith('#')) return;
    const words = [...new Set(line.split(/[,，、]/).map((word) => word.trim()))].filter((word) => word !== '');
    if (words.length < 2) {
      throw new AttuneError('bad-data', `${file}, line ${place + 1}: "${line.trim()}" has no second word of the same meaning.`, {
        remedy: 'Write words of one meaning on a line, with commas between them.',
      });
    }
    for (const word of words) {
      const key = word.toLowerCase();
      const others = words.filter((other) => other.toLowerCase() !== key);
      synonyms.set(key, [...new Set([...(synonyms.get(key) ?? []), ...others])]);
    }
  });
  if (synonyms.size === 0)
    throw new AttuneError('bad-data', `${file} holds no synonyms.`, { remedy: 'Write words of one meaning on a line.' });
  return { synonyms, sha256: createHash('sha256').update(bytes).digest('hex') };
}
