import { AttuneError } from '@attune/artifact';
import { sql, type SQL } from 'drizzle-orm';
import type { Database, Queryable } from '../database';
import { statement, type Statement } from '../statement';
import { readVectors, vectorValue } from '../vector-value';

/** A table of vectors, a row for each encoder and owner: `encoder_id smallint`, the owner's id, `embedding vector`. */
export interface VectorTableNames {
  readonly vectors: string;
  /** Its column with the id of what a vector is of. */
  readonly ownerId: string;
  /** The table of owners, with their `id`. */
  readonly owners: string;
  /** PostgreSQL type of the ids. */
  readonly idType: 'text' | 'bigint';
}

/** A vector and the id of what it is of. */
export interface OwnedVector {
  readonly id: string;
  readonly embedding: Float32Array;
}

/** What a search found. */
export interface VectorHit {
  readonly id: string;
  /** Dot product with the vector searched for: the cosine where both have length 1. */
  readonly cosine: number;
}

/**
 * Vectors in PostgreSQL (pgvector), apart by encoder: a search sees only its own encoder's, through an HNSW index over those rows alone
 * (Malkov and Yashunin 2018). The index holds the numbers in 16 bits, so that twice as many vectors fit into memory; what it finds is put in
 * the order of the vectors as they are.
 */
export class VectorTable {
  private readonly searches = new Map<string, Statement>();

  constructor(
    private readonly database: Database,
    private readonly tables: VectorTableNames,
  ) {}

  /** Stores vectors; those of owners that are gone, or that have theirs, are left out. */
  async add(db: Queryable, encoderId: number, vectors: readonly OwnedVector[]): Promise<void> {
    if (vectors.length === 0) return;
    const ids = vectors.map(({ id }) => id);
    const embeddings = vectors.map(({ embedding }) => literal(embedding));
    const { names, idType } = this;
    await db.execute(sql`insert into ${names.vectors} (encoder_id, ${names.ownerId}, embedding)
      select ${number(encoderId)}, o.id, given.embedding::vector
      from unnest(${sql.param(ids)}::text[], ${sql.param(embeddings)}::text[]) as given(id, embedding)
      join ${names.owners} o on o.id = given.id::${idType}
      on conflict do nothing`);
  }

  /** Removes the vectors of owners by every encoder. */
  async remove(db: Queryable, ids: readonly string[]): Promise<void> {
    const { names, idType } = this;
    await db.execute(sql`delete from ${names.vectors} where ${names.ownerId} = any(${sql.param([...ids])}::${idType}[])`);
  }

  /** The vectors of owners that an encoder has. */
  async of(encoderId: number, ids: readonly string[]): Promise<Map<string, Float32Array>> {
    if (ids.length === 0) return new Map();
    const { names, idType } = this;
    // pgvector's binary form, which costs a tenth of reading its text; all in one value, so that none is an object of its own to collect.
    const { rows } = await this.database.query((orm) =>
      orm.execute<{ ids: string[] | null; bytes: string | null }>(sql`select array_agg(found.id order by found.id) as ids,
          encode(string_agg(vector_send(found.embedding), ''::bytea order by found.id), 'base64') as bytes
        from (select ${names.ownerId}::text as id, embedding from ${names.vectors}
          where encoder_id = ${number(encoderId)} and ${names.ownerId} = any(${sql.param([...ids])}::${idType}[])) as found`),
    );
    const [{ ids: found, bytes }] = rows;
    return found === null || bytes === null
      ? new Map()
      : new Map(readVectors(bytes, found.length).map((vector, at) => [found[at], vector]));
  }

  /** Builds the index of an encoder where there is none. Searches see every vector without it, too, only slower. */
  async build(encoderId: number, dimension: number): Promise<void> {
    const statement = sql`create index if not exists ${sql.identifier(this.indexName(encoderId))} on ${this.names.vectors}
      using hnsw ((embedding::halfvec(${number(dimension)})) halfvec_ip_ops) where encoder_id = ${number(encoderId)}`;
    await this.database.transaction(async (tx) => {
      await tx.execute(sql`select set_config('statement_timeout', '0', true), set_config('maintenance_work_mem',
        greatest(pg_size_bytes(current_setting('maintenance_work_mem')) / 1024, ${BUILD_KIBIBYTES}::bigint)::text, true)`);
      await tx.execute(statement);
      await tx.execute(sql`drop index if exists ${sql.identifier(this.formerIndexName(encoderId))}`);
    });
  }

  /** Drops the index and the vectors of an encoder. */
  async drop(tx: Queryable, encoderId: number): Promise<void> {
    await tx.execute(sql`drop index if exists ${sql.identifier(this.indexName(encoderId))}`);
    await tx.execute(sql`delete from ${this.names.vectors} where encoder_id = ${number(encoderId)}`);
  }

  /**
   * The owners nearest to a vector among those of its encoder, nearest first.
   *
   * @throws AttuneError `bad-model` where the vector has another dimension than the encoder's
   */
  async search(encoder: { readonly id: number; readonly dimension: number }, embedding: Float32Array, limit: number): Promise<VectorHit[]> {
    if (embedding.length !== encoder.dimension) {
      throw new AttuneError('bad-model', `A vector of ${embedding.length} numbers is none of an encoder with ${encoder.dimension}.`);
    }
    const nearest = this.nearest(encoder.id, encoder.dimension, limit);
    const rows = await this.database.run<{ id: string; distance: number }>(nearest, [vectorValue(this.database, embedding)]);
    return rows.map(({ id, distance: negative }) => ({ id, cosine: -negative }));
  }

  /** The statement of a search: encoder and limit stand in its text, since the planner finds a partial index only by constants. */
  private nearest(encoderId: number, dimension: number, limit: number): Statement {
    const key = [encoderId, dimension, limit].map(Math.trunc).join();
    const [type, half] = ['vector', 'halfvec'].map((name) => `${name}(${Math.trunc(dimension)})`);
    const { vectors, ownerId } = this.tables;
    const known =
      this.searches.get(key) ??
      statement(`select id, embedding::${type} <#> $1::${type} as distance
        from (select "${ownerId}"::text as id, embedding from "${vectors}" where encoder_id = ${Math.trunc(encoderId)}
          order by (embedding::${half}) <#> $1::${type}::${half} limit ${Math.max(EF_SEARCH, Math.trunc(limit))}) as nearest
        order by distance limit ${Math.trunc(limit)}`);
    this.searches.set(key, known);
    return known;
  }

  private indexName(encoderId: number): string {
    return `${this.tables.vectors}_half_${encoderId}`;
  }

  /** Of an index of earlier versions, in 32 bits. */
  private formerIndexName(encoderId: number): string {
    return `${this.tables.vectors}_hnsw_${encoderId}`;
  }

  private get idType(): SQL {
    return sql.raw(this.tables.idType);
  }

  private get names(): Readonly<Record<'vectors' | 'ownerId' | 'owners', SQL>> {
    const { vectors, ownerId, owners } = this.tables;
    const name = (value: string): SQL => sql`${sql.identifier(value)}`;
    return { vectors: name(vectors), ownerId: name(ownerId), owners: name(owners) };
  }
}

/** Memory, in KiB, in which an index of some 200,000 vectors of 384 numbers is built; beyond it the rest takes many times as long. */
const BUILD_KIBIBYTES = 256 * 1024;

/** As many as an index gives at once (`hnsw.ef_search`): fewer would cost the same, and those that 16 bits cannot tell apart are among them. */
const EF_SEARCH = 40;

/** A number in the text of a statement: the planner finds a partial index only by constants. */
function number(value: number): SQL {
  return sql.raw(String(Math.trunc(value)));
}

function literal(embedding: Float32Array): string {
  return `[${embedding.join(',')}]`;
}
