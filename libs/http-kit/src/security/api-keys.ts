import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AttuneError } from '@attune/errors';
import type { Logger } from '../logging/logger';
import { digestOfKey, type Identity, type StoredApiKey } from './api-key';
import { parseApiKeyEntries } from './api-key-entries';

/** Where the keys come from; with neither, none are needed. */
export interface ApiKeySource {
  readonly entries?: string | undefined;
  readonly file?: string | undefined;
  readonly logger: Logger;
  /** Milliseconds between two looks at the file. Default 5,000. */
  readonly interval?: number;
}

/** Whose requests they are where no keys are needed: the service is then reached from this machine alone. */
const ANONYMOUS: Identity = { name: 'anonymous', scope: 'admin' };

/**
 * The keys a service accepts, several at once, so that one is added before another goes. A file is read again when its
 * content changes; one that cannot be read leaves the keys as they were.
 */
export class ApiKeys {
  private text: string | undefined;
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly source: ApiKeySource,
    private keys: readonly StoredApiKey[],
  ) {}

  /** @throws {AttuneError} `bad-config` where an entry is wrong or the file cannot be read */
  static async open(source: ApiKeySource): Promise<ApiKeys> {
    const { entries, file } = source;
    const opened = new ApiKeys(source, entries === undefined ? [] : validKeys(entries, 'ATTUNE_API_KEYS'));
    if (file !== undefined) {
      opened.text = await readKeyFile(file);
      opened.keys = validKeys(opened.text, file);
      // A change of a mounted secret replaces links, which file watchers miss.
      opened.timer = setInterval(() => void opened.reload(), source.interval ?? 5_000).unref();
    }
    return opened;
  }

  /** Whether requests need a key. */
  get required(): boolean {
    return this.source.entries !== undefined || this.source.file !== undefined;
  }

  /** Whose key it is. Takes as long for a wrong key as for any right one. */
  identify(key: string | undefined): Identity | undefined {
    if (!this.required) return ANONYMOUS;
    if (key === undefined) return undefined;
    const digest = digestOfKey(key);
    let found: StoredApiKey | undefined;
    for (const stored of this.keys) if (timingSafeEqual(stored.digest, digest)) found = stored;
    return found && { name: found.name, scope: found.scope };
  }

  /** Looks at the file now. */
  async reload(): Promise<void> {
    const { file, logger } = this.source;
    if (file === undefined) return;
    try {
      const text = await readKeyFile(file);
      if (text === this.text) return;
      // Remembered before it is judged, so that a wrong file is told of once.
      this.text = text;
      this.keys = validKeys(text, file);
      logger.info({ keys: this.keys.map(({ name, scope }) => ({ name, scope })) }, 'the API keys changed');
    } catch (error) {
      logger.error({ err: error }, 'the file of API keys cannot be used; the keys stay as they were');
    }
  }

  /** Stops to look at the file. */
  close(): void {
    clearInterval(this.timer);
  }
}

async function readKeyFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new AttuneError('bad-config', `The file of API keys ${file} cannot be read.`, { cause: error });
  }
}

function validKeys(text: string, where: string): StoredApiKey[] {
  const { keys, faults } = parseApiKeyEntries(text);
  if (faults.length === 0) return keys;
  throw new AttuneError('bad-config', `API keys in ${where}: ${faults.join('; ')}.`, {
    remedy: 'Make entries with: attune api-key create',
  });
}
