import {
  CURRENT_FILE,
  HISTORY_FOLDER,
  leftUndone,
  parsePromotion,
  promotionConflict,
  recordedGeneration,
  recordName,
  REMEMBERED_PROMOTIONS,
  writtenPromotion,
  type NewPromotion,
  type Promotion,
  type TellLeft,
} from '@attune/artifact';
import type { Bucket } from './bucket';

/** Times that `current` is written where others write it as well. */
const SETTLING = 20;

/**
 * What serves and served, in a bucket. A promotion is decided by its record in the history, which is written if there is none of its generation;
 * `current` follows by compare-and-set on its tag. Where a process ended between the two, the record counts, and the next promotion makes
 * `current` follow.
 */
export class Promotions {
  constructor(private readonly bucket: Bucket) {}

  async current(app: string): Promise<Promotion | undefined> {
    return this.newestFrom(app, (await this.read(app)).promotion);
  }

  record(app: string, generation: number): Promise<Promotion | undefined> {
    return this.get(recordKey(app, generation));
  }

  /** The newest first. */
  async history(app: string): Promise<Promotion[]> {
    const generations = await this.generations(app);
    const records = await Promise.all(generations.map((generation) => this.record(app, generation)));
    return records.filter((record) => record !== undefined).reverse();
  }

  /**
   * @param tellLeft is told where it was decided, and what follows failed
   * @throws AttuneError `conflict` where another promotion became that generation first
   */
  async append(app: string, promotion: NewPromotion, tellLeft: TellLeft): Promise<Promotion> {
    const { record, text } = writtenPromotion(promotion);
    const place = `${this.bucket.address}/${app}`;
    if ((await this.bucket.putIf(recordKey(app, record.generation), text, 'absent')) === undefined) {
      const conflict = promotionConflict(promotion, place);
      // The other one may have ended before `current` followed it. Why this one lost is known all the same.
      await this.settle(app).catch((cause: unknown) => (conflict.cause = cause));
      throw conflict;
    }
    try {
      await this.settle(app);
      await this.forget(app, record.generation);
    } catch (cause) {
      tellLeft(leftUndone(place, record, cause));
    }
    return record;
  }

  /**
   * Writes `current` until it names the newest record: another process may promote, and be quicker, meanwhile. What many hinder is done by the last
   * of them.
   */
  async settle(app: string): Promise<void> {
    for (let attempt = 1; attempt <= SETTLING; attempt++) {
      const { promotion, etag } = await this.read(app);
      const newest = await this.newestFrom(app, promotion);
      if (newest === undefined || (newest === promotion && etag !== undefined)) return;
      await this.bucket.putIf(currentKey(app), writtenPromotion(newest).text, etag === undefined ? 'absent' : { etag });
    }
  }

  private async newestFrom(app: string, promotion: Promotion | undefined): Promise<Promotion | undefined> {
    for (let newest = promotion; ;) {
      const next = await this.record(app, (newest?.generation ?? 0) + 1);
      if (next === undefined) return newest;
      newest = next;
    }
  }

  /** Where somebody removed `current`, the newest of the history serves. */
  private async read(app: string): Promise<{ promotion: Promotion | undefined; etag: string | undefined }> {
    const key = currentKey(app);
    const object = await this.bucket.get(key);
    if (object !== undefined) return { promotion: parsePromotion(object.content.toString('utf8'), this.placeOf(key)), etag: object.etag };
    const last = (await this.generations(app)).at(-1);
    return { promotion: last === undefined ? undefined : await this.record(app, last), etag: undefined };
  }

  private async get(key: string): Promise<Promotion | undefined> {
    const object = await this.bucket.get(key);
    return object === undefined ? undefined : parsePromotion(object.content.toString('utf8'), this.placeOf(key));
  }

  private async forget(app: string, newest: number): Promise<void> {
    const old = (await this.generations(app)).filter((generation) => generation <= newest - REMEMBERED_PROMOTIONS);
    for (const generation of old) await this.bucket.delete(recordKey(app, generation));
  }

  private async generations(app: string): Promise<number[]> {
    const start = `${app}/${HISTORY_FOLDER}/`;
    const keys = await this.bucket.keys(start);
    return keys.flatMap((key) => recordedGeneration(key.slice(start.length)) ?? []).sort((a, b) => a - b);
  }

  private placeOf(key: string): string {
    return `${this.bucket.address}/${key}`;
  }
}

function currentKey(app: string): string {
  return `${app}/${CURRENT_FILE}`;
}

function recordKey(app: string, generation: number): string {
  return `${app}/${HISTORY_FOLDER}/${recordName(generation)}`;
}
