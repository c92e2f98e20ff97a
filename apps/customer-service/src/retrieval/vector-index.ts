import type { DenseHit } from '@attune/dialogue';
import { VectorTable, type Database, type Queryable, type Transaction, type VectorTableNames } from '@attune/storage';
import { asc, eq, lt, sql } from 'drizzle-orm';
import { encoders, searchTexts, type EncoderStatistics } from '../database/schema';
import type { SearchText } from '../knowledge/entry-repository';
import type { SearchedDirectory } from '../resources/revised-directory';
import type { TextVector } from './text-vectors';
import { VectorMemory } from './vector-memory';

/** An encoder as the database knows it. */
export interface KnownEncoder {
  readonly id: number;
  readonly dimension: number;
}

/** The texts by which entries are found. */
const ENTRY_VECTORS: VectorTableNames = { vectors: 'text_vectors', ownerId: 'text_id', owners: 'search_texts', idType: 'bigint' };
/** The passages of documents. */
export const PASSAGE_VECTORS: VectorTableNames = {
  vectors: 'passage_vectors',
  ownerId: 'passage_id',
  owners: 'passages',
  idType: 'bigint',
};

/** The encoders, and their vectors of texts. */
export class VectorIndex {
  private readonly table: VectorTable;
  private readonly memory: VectorMemory;

  /** @param directory what the vectors are of */
  constructor(
    protected readonly database: Database,
    directory: SearchedDirectory,
    names: VectorTableNames = ENTRY_VECTORS,
  ) {
    this.table = new VectorTable(database, names);
    this.memory = new VectorMemory(directory, (encoder, ids) => this.vectorsOf(encoder, ids));
  }

  /** The encoder with a manifest, made known where it is new. */
  async encoder(manifestSha256: string, version: string, dimension: number): Promise<KnownEncoder> {
    const [row] = await this.database.query((orm) =>
      orm
        .insert(encoders)
        .values({ manifestSha256, version, dimension, servedAt: new Date() })
        .onConflictDoUpdate({ target: encoders.manifestSha256, set: { servedAt: new Date() } })
        .returning(),
    );
    return { id: row.id, dimension: row.dimension };
  }

  /** What is known of an encoder beside its vectors. */
  async byId(encoderId: number): Promise<{ isReady: boolean; statistics: EncoderStatistics | undefined }> {
    const [row] = await this.database.query((orm) => orm.select().from(encoders).where(eq(encoders.id, encoderId)));
    return { isReady: row !== undefined && row.readyAt !== null, statistics: row?.statistics ?? undefined };
  }

  /** Writes down that every text had a vector, and what was learnt of them. */
  async markReady(encoderId: number, statistics: EncoderStatistics | undefined): Promise<void> {
    await this.database.query((orm) =>
      orm
        .update(encoders)
        .set({ readyAt: new Date(), ...(statistics === undefined ? {} : { statistics }) })
        .where(eq(encoders.id, encoderId)),
    );
  }

  /** Writes down that an encoder serves. */
  async touch(encoderId: number): Promise<void> {
    await this.database.query((orm) => orm.update(encoders).set({ servedAt: new Date() }).where(eq(encoders.id, encoderId)));
  }

  /** Removes the vectors of encoders that have not served since a time. */
  async dropOlderThan(before: Date): Promise<void> {
    const old = await this.database.query((orm) => orm.select({ id: encoders.id }).from(encoders).where(lt(encoders.servedAt, before)));
    for (const { id } of old) {
      await this.database.transaction(async (tx) => {
        for (const names of [ENTRY_VECTORS, PASSAGE_VECTORS]) await new VectorTable(this.database, names).drop(tx, id);
        await tx.delete(encoders).where(eq(encoders.id, id));
      });
    }
  }

  /** All texts of entries of which a text has no vector of an encoder yet: of at most so many entries. */
  async missing(encoderId: number, limit: number): Promise<SearchText[]> {
    const lacking = sql`select distinct t.entry_id from search_texts t
      where not exists (select from text_vectors v where v.encoder_id = ${encoderId} and v.text_id = t.id)
      order by t.entry_id limit ${limit}`;
    return this.database.query((orm) =>
      orm
        .select()
        .from(searchTexts)
        .where(sql`${searchTexts.entryId} in (${lacking})`)
        .orderBy(asc(searchTexts.id)),
    );
  }

  /** The vectors of texts that an encoder has. */
  async vectorsOf({ id }: KnownEncoder, textIds: readonly number[]): Promise<Map<number, Float32Array>> {
    const found = await this.table.of(id, textIds.map(String));
    return new Map([...found].map(([textId, vector]) => [Number(textId), vector]));
  }

  /** Stores vectors of texts; those of texts that are gone, or that have theirs, are left out. */
  async add(db: Queryable | Transaction, encoderId: number, vectors: readonly TextVector[]): Promise<void> {
    const owned = vectors.map(({ textId, embedding }) => ({ id: String(textId), embedding }));
    await this.table.add(db, encoderId, owned);
  }

  /** Builds the index of an encoder where there is none. Searches see every vector without it, too, only slower. */
  async build({ id, dimension }: KnownEncoder): Promise<void> {
    await this.table.build(id, dimension);
  }

  /** Holds the vectors of an encoder in memory from now on, where they are not too many. @returns when they are there */
  hold(encoder: KnownEncoder, signal?: AbortSignal): Promise<void> {
    return this.memory.hold(encoder, signal);
  }

  /** How near each text is to a vector of an encoder, without a way to the database; undefined where their vectors are not held in memory. */
  cosines(encoder: KnownEncoder, embedding: Float32Array): ((textId: number) => number | undefined) | undefined {
    return this.memory.cosines(encoder, embedding);
  }

  /** The texts nearest to a vector of an encoder among that encoder's, nearest first: in memory, or where they are not held in the database. */
  async search(encoder: KnownEncoder, embedding: Float32Array, limit: number): Promise<DenseHit[]> {
    const held = this.memory.search(encoder, embedding, limit);
    if (held !== undefined) return held;
    const hits = await this.table.search(encoder, embedding, limit);
    return hits.map(({ id, cosine }) => ({ textId: Number(id), cosine }));
  }
}
