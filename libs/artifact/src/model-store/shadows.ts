import { AttuneError } from '../errors';
import type { ModelStorage } from './model-storage';
import { isSameVersion, type Shadow, type ShadowChange, type VersionName } from './shadow';

/** The candidates of a store that score beside what serves: at most one of each application. */
export class Shadows {
  constructor(private readonly storage: ModelStorage) {}

  /** Undefined where there is none. */
  async current(app: string): Promise<Shadow | undefined> {
    const newest = await this.newest(app);
    if (newest?.change !== 'begun') return undefined;
    const current = await this.storage.current(app);
    // It was promoted, and what ends a shadow then was not written any more.
    if (isSameVersion(current, newest)) return undefined;
    return shadowOf(newest);
  }

  /** The newest first. */
  changes(app: string): Promise<ShadowChange[]> {
    return this.storage.shadowChanges(app);
  }

  /**
   * @param shadow a version whose files were checked, and its share
   * @param serving what serves
   * @throws AttuneError `wrong-use` where the version serves, or nothing does; `conflict` where another change came first
   */
  async start(app: string, shadow: Omit<Shadow, 'startedAt'>, serving: VersionName | undefined): Promise<Shadow> {
    if (serving === undefined || isSameVersion(serving, shadow)) {
      const why = serving === undefined ? `No version of ${app} serves yet.` : `${shadow.version} of ${app} serves already.`;
      throw new AttuneError('wrong-use', why, {
        remedy: 'A shadow is a version that scores beside the one that serves: promote one first, or name another.',
      });
    }
    return shadowOf(await this.append(app, await this.newest(app), shadow, 'begun'));
  }

  /**
   * Ends what is in shadow.
   *
   * @param which only this version; by default whichever it is
   * @returns what was; undefined where nothing was, or another version
   * @throws AttuneError `conflict` where another change came first
   */
  async end(app: string, change: 'stopped' | 'promoted', which?: VersionName): Promise<Shadow | undefined> {
    const newest = await this.newest(app);
    if (newest?.change !== 'begun' || (which !== undefined && !isSameVersion(which, newest))) return undefined;
    await this.append(app, newest, newest, change);
    return shadowOf(newest);
  }

  private async newest(app: string): Promise<ShadowChange | undefined> {
    const [newest] = await this.storage.shadowChanges(app, 1);
    return newest;
  }

  private append(
    app: string,
    before: ShadowChange | undefined,
    { version, manifestSha256, share }: Omit<Shadow, 'startedAt'>,
    change: ShadowChange['change'],
  ): Promise<ShadowChange> {
    const number = (before?.number ?? 0) + 1;
    return this.storage.appendShadowChange(app, { number, version, manifestSha256, share, change, at: new Date().toISOString() });
  }
}

/** @throws AttuneError `wrong-use` for what is no share of texts */
export function assertShare(share: number): void {
  if (share > 0 && share <= 1) return;
  throw new AttuneError('wrong-use', `A share of ${String(share)} is none.`, { remedy: 'Name one above 0, and 1 at most.' });
}

function shadowOf({ version, manifestSha256, share, at }: ShadowChange): Shadow {
  return { version, manifestSha256, share, startedAt: at };
}
