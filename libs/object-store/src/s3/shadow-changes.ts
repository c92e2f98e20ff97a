import {
  parseShadowChange,
  recordedGeneration,
  recordName,
  REMEMBERED_SHADOW_CHANGES,
  SHADOW_FOLDER,
  shadowConflict,
  writtenShadowChange,
  type NewShadowChange,
  type ShadowChange,
} from '@attune/artifact';
import type { Bucket } from './bucket';

/** What was put in shadow, in a bucket: a change is decided by its record, which is written if there is none of its number. */
export class ShadowChanges {
  constructor(private readonly bucket: Bucket) {}

  /** The newest first. @param most default all */
  async list(app: string, most = REMEMBERED_SHADOW_CHANGES): Promise<ShadowChange[]> {
    const numbers = (await this.numbers(app)).reverse().slice(0, most);
    const found = await Promise.all(
      numbers.map(async (number) => {
        const key = keyOf(app, number);
        const object = await this.bucket.get(key);
        return object === undefined ? undefined : parseShadowChange(object.content.toString('utf8'), `${this.bucket.address}/${key}`);
      }),
    );
    return found.filter((change) => change !== undefined);
  }

  /** @throws AttuneError `conflict` where another change took its number first */
  async append(app: string, change: NewShadowChange): Promise<ShadowChange> {
    const { record, text } = writtenShadowChange(change);
    if ((await this.bucket.putIf(keyOf(app, record.number), text, 'absent')) === undefined) {
      throw shadowConflict(change, `${this.bucket.address}/${app}`);
    }
    const old = (await this.numbers(app)).filter((number) => number <= record.number - REMEMBERED_SHADOW_CHANGES);
    for (const number of old) await this.bucket.delete(keyOf(app, number));
    return record;
  }

  private async numbers(app: string): Promise<number[]> {
    const start = `${app}/${SHADOW_FOLDER}/`;
    const keys = await this.bucket.keys(start);
    return keys.flatMap((key) => recordedGeneration(key.slice(start.length)) ?? []).sort((a, b) => a - b);
  }
}

function keyOf(app: string, number: number): string {
  return `${app}/${SHADOW_FOLDER}/${recordName(number)}`;
}
