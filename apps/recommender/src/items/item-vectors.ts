import type { CatalogItem } from '@attune/contracts';
import { VectorTable, type Database, type OwnedVector, type Queryable, type VectorHit } from '@attune/storage';
import { eq, lt } from 'drizzle-orm';
import { encoders } from '../database/schema';

/** An encoder as the database knows it. */
export interface KnownEncoder {
  readonly id: number;
  readonly dimension: number;
}

/** Vectors of items' texts. */
export class ItemVectors {
  private readonly table: VectorTable;

  constructor(private readonly database: Database) {
    this.table = new VectorTable(database, { vectors: 'item_vectors', ownerId: 'item_id', owners: 'items', idType: 'text' });
  }

  /** The encoder with a fingerprint, made known where it is new. */
  async encoder(fingerprint: string, dimension: number): Promise<KnownEncoder> {
    const [{ id }] = await this.database.query((orm) =>
      orm
        .insert(encoders)
        .values({ fingerprint, dimension, servedAt: new Date() })
        .onConflictDoUpdate({ target: encoders.fingerprint, set: { servedAt: new Date() } })
        .returning({ id: encoders.id }),
    );
    return { id, dimension };
  }

  /** Writes down that an encoder serves, so that its vectors are kept. */
  async touch({ id }: KnownEncoder): Promise<void> {
    await this.database.query((orm) => orm.update(encoders).set({ servedAt: new Date() }).where(eq(encoders.id, id)));
  }

  /** Those vectors of items that an encoder has. */
  of({ id }: KnownEncoder, itemIds: readonly string[]): Promise<Map<string, Float32Array>> {
    return this.table.of(id, itemIds);
  }

  /** Stores vectors of items that have none. */
  async add(db: Queryable, { id }: KnownEncoder, vectors: readonly OwnedVector[]): Promise<void> {
    await this.table.add(db, id, vectors);
  }

  /** Removes the vectors of items by every encoder: their texts have changed. */
  async remove(db: Queryable, itemIds: readonly string[]): Promise<void> {
    await this.table.remove(db, itemIds);
  }

  /** Builds the index of an encoder where there is none. */
  async build({ id, dimension }: KnownEncoder): Promise<void> {
    await this.table.build(id, dimension);
  }

  /** The items whose texts are nearest to a vector, nearest first. */
  search(encoder: KnownEncoder, embedding: Float32Array, limit: number): Promise<VectorHit[]> {
    return this.table.search(encoder, embedding, limit);
  }

  /** Removes the vectors of encoders that have not served since a time. */
  async dropOlderThan(before: Date): Promise<void> {
    const old = await this.database.query((orm) => orm.select({ id: encoders.id }).from(encoders).where(lt(encoders.servedAt, before)));
    for (const { id } of old) {
      await this.database.transaction(async (tx) => {
        await this.table.drop(tx, id);
        await tx.delete(encoders).where(eq(encoders.id, id));
      });
    }
  }
}

/** What the encoder reads of an item; empty where it has neither title nor text. */
export function textOf({ title, text }: Pick<CatalogItem, 'title' | 'text'>): string {
  return [title, text]
    .map((part) => part?.trim() ?? '')
    .filter((part) => part !== '')
    .join('\n');
}
