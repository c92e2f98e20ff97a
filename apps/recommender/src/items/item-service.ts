import type { CatalogItem, StoredItem } from '@attune/contracts';
import { decodeCursor, pageOf, type Page } from '@attune/service-kit';
import type { Database } from '@attune/storage';
import { catalogIdSchema } from '@attune/contracts';
import { z } from 'zod';
import type { Rankings } from '../model/rankings';
import { notFound, type ItemQuery, type ItemRepository } from './item-repository';
import type { ItemVectors } from './item-vectors';

const placeSchema = z.object({ id: catalogIdSchema });

/** Keeps the catalogue. */
export class ItemService {
  constructor(
    private readonly database: Database,
    private readonly repository: ItemRepository,
    private readonly vectors: ItemVectors,
    private readonly rankings: Rankings,
  ) {}

  /** Writes items; they are in the next list, and this process has read their texts when it returns. */
  async write(items: readonly CatalogItem[]): Promise<void> {
    if (items.length === 0) return;
    await this.database.transaction(async (tx) => {
      await this.repository.write(tx, items);
      await this.vectors.remove(
        tx,
        items.map(({ id }) => id),
      );
    });
    await this.rankings.refresh();
  }

  /** Deletes items where they are there. @returns how many were */
  async remove(ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const count = await this.database.transaction(async (tx) => {
      const deleted = await this.repository.delete(tx, ids);
      await this.vectors.remove(tx, ids);
      return deleted;
    });
    await this.rankings.refresh();
    return count;
  }

  /** @throws AttuneError `not-found` */
  async delete(id: string): Promise<void> {
    if ((await this.remove([id])) === 0) throw notFound(id);
  }

  /** @throws AttuneError `not-found` */
  get(id: string): Promise<StoredItem> {
    return this.repository.get(id);
  }

  /** A page of the catalogue. */
  async list({ cursor, ...query }: Omit<ItemQuery, 'after'> & { cursor?: string | undefined }): Promise<Page<StoredItem>> {
    const after = decodeCursor(cursor, placeSchema)?.id;
    const found = await this.repository.list({ ...query, after, limit: query.limit + 1 });
    return pageOf(found, query.limit, ({ id }) => ({ id }));
  }
}
