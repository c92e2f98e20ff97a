import { AttuneError } from '@attune/artifact';
import type { DenseHit } from '@attune/dialogue';
import type { Database, Queryable, Transaction } from '@attune/storage';
import { and, asc, eq, inArray, lt, sql, type SQL } from 'drizzle-orm';
import { encoders, searchTexts, textVectors, type EncoderStatistics } from '../database/schema';
import type { SearchText } from '../knowledge/entry-repository';
import type { TextVector } from './text-vectors';

/** An encoder as the database knows it. */
export interface KnownEncoder {
  readonly id: number;
  readonly dimension: number;
}

/** Where vectors lie: a table of them, and that of the texts that they are of. */
export interface VectorTables {
  readonly vectors: string;
  /** Its column with the id of the text. */
  readonly textId: string;
  readonly texts: string;
}

/** The texts by which entries are found. */
export const ENTRY_VECTORS: VectorTables = { vectors: 'text_vectors', textId: 'text_id', texts: 'search_texts' };
/** The passages of documents. */
export const PASSAGE_VECTORS: VectorTables = { vectors: 'passage_vectors', textId: 'passage_id', texts: 'passages' };

/** Vectors of the texts, apart by encoder: rows with its number, and an HNSW index over those rows alone (Malkov and Yashunin 2018). */
export class VectorIndex {
  constructor(
    protected readonly database: Database,
    private readonly tables: VectorTables = ENTRY_VECTORS,
  ) {}

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
        for (const tables of [ENTRY_VECTORS, PASSAGE_VECTORS])
          await tx.execute(sql`drop index if exists ${sql.identifier(indexName(tables, id))}`);
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
    const rows = await this.database.query((orm) =>
      orm
        .select({ textId: textVectors.textId, embedding: textVectors.embedding })
        .from(textVectors)
        .where(and(eq(textVectors.encoderId, id), inArray(textVectors.textId, [...textIds]))),
    );
    return new Map(rows.map(({ textId, embedding }) => [textId, Float32Array.from(JSON.parse(embedding) as number[])]));
  }

  /** Stores vectors of texts; those of texts that are gone, or that have theirs, are left out. */
  async add(db: Queryable | Transaction, encoderId: number, vectors: readonly TextVector[]): Promise<void> {
    if (vectors.length === 0) return;
    const ids = vectors.map(({ textId }) => textId);
    const embeddings = vectors.map(({ embedding }) => literal(embedding));
    const names = this.identifiers;
    await db.execute(sql`insert into ${names.vectors} (encoder_id, ${names.textId}, embedding)
      select ${encoderId}::smallint, t.id, given.embedding::vector
      from unnest(${sql.param(ids)}::bigint[], ${sql.param(embeddings)}::text[]) as given(id, embedding)
      join ${names.texts} t on t.id = given.id
      on conflict do nothing`);
  }

  /** Builds the index of an encoder where there is none. Searches see every vector without it, too, only slower. */
  async build({ id, dimension }: KnownEncoder): Promise<void> {
    const statement = sql`create index if not exists ${sql.identifier(indexName(this.tables, id))} on ${this.identifiers.vectors}
      using hnsw ((embedding::vector(${number(dimension)})) vector_ip_ops) where encoder_id = ${number(id)}`;
    await this.database.transaction(async (tx) => {
      await tx.execute(sql`select set_config('statement_timeout', '0', true)`);
      await tx.execute(statement);
    });
  }

  /** The texts nearest to a vector of an encoder among that encoder's, nearest first. */
  async search({ id, dimension }: KnownEncoder, embedding: Float32Array, limit: number): Promise<DenseHit[]> {
    if (embedding.length !== dimension)
      throw new AttuneError('bad-model', `A vector of ${embedding.length} numbers is none of an encoder with ${dimension}.`);
    const distance = sql`(embedding::vector(${number(dimension)})) <#> ${literal(embedding)}::vector(${number(dimension)})`;
    const { vectors, textId } = this.identifiers;
    const { rows } = await this.database.query((orm) =>
      orm.execute<{ text_id: string; distance: number }>(sql`select ${textId}::text as text_id, ${distance} as distance from ${vectors}
        where encoder_id = ${number(id)} order by distance limit ${number(limit)}`),
    );
    return rows.map(({ text_id, distance: negative }) => ({ textId: Number(text_id), cosine: -negative }));
  }

  private get identifiers(): Readonly<Record<keyof VectorTables, SQL>> {
    const { vectors, textId, texts } = this.tables;
    const name = (value: string): SQL => sql`${sql.identifier(value)}`;
    return { vectors: name(vectors), textId: name(textId), texts: name(texts) };
  }
}

/** A number in the text of a statement: the planner finds a partial index only by constants. */
function number(value: number): SQL {
  return sql.raw(String(Math.trunc(value)));
}

function indexName({ vectors }: VectorTables, encoderId: number): string {
  return `${vectors}_hnsw_${encoderId}`;
}

function literal(embedding: Float32Array): string {
  return `[${embedding.join(',')}]`;
}
