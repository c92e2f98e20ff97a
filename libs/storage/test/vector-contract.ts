import { cosineDistance, sql } from 'drizzle-orm';
import { pgTable, text, vector } from 'drizzle-orm/pg-core';
import { VectorTable, type Database } from '../src';

/** What every database does with vectors. */
export function vectorContract(database: () => Database): void {
  it('finds the nearest vectors by cosine', async () => {
    const places = pgTable('places', { name: text().primaryKey(), direction: vector({ dimensions: 3 }) });
    await database().query((orm) => orm.execute(sql`create table places (name text primary key, direction vector(3))`));
    await database().query((orm) =>
      orm.insert(places).values([
        { name: 'east', direction: [10, 0, 0] },
        { name: 'north-east', direction: [0.1, 0.1, 0] },
        { name: 'west', direction: [-1, 0, 0] },
      ]),
    );
    const distance = cosineDistance(places.direction, [2, 0.2, 0]);
    const found = await database().query((orm) =>
      orm
        .select({ name: places.name, distance: sql<number>`(${distance})::float8` })
        .from(places)
        .orderBy(distance),
    );
    expect(found.map(({ name }) => name)).toEqual(['east', 'north-east', 'west']);
    expect(found[0].distance).toBeCloseTo(1 - 2 / Math.hypot(2, 0.2), 6);
  });

  it('finds as many of the nearest by an HNSW index as it asks for', async () => {
    const run = (text: string) => database().query((orm) => orm.execute(sql.raw(text)));
    await run('create table circle (angle int primary key, direction vector(2))');
    await run('insert into circle select a, array[cos(radians(a)), sin(radians(a))]::vector from generate_series(0, 359) a');
    await run('create index on circle using hnsw (direction vector_ip_ops)');
    await database().transaction(async (tx) => {
      await tx.execute(sql`set local enable_seqscan = off`);
      const nearest = sql`select angle from circle order by direction <#> array[1, 0]::vector limit 120`;
      const { rows: plan } = await tx.execute<Record<string, string>>(sql`explain ${nearest}`);
      expect(JSON.stringify(plan)).toContain('circle_direction_idx');
      const { rows } = await tx.execute<{ angle: number }>(nearest);
      expect(new Set(rows.map(({ angle }) => angle)).size).toBe(120);
      // The index is approximate, and built by chance: which rows it finds is not certain, their order is.
      const distances = rows.map(({ angle }) => Math.min(angle, 360 - angle));
      expect(distances).toEqual(distances.toSorted((one, other) => one - other));
    });
  });

  it('searches a table of vectors by an index in 16 bits, in the order of the vectors as they are', async () => {
    const run = (text: string) => database().query((orm) => orm.execute<Record<string, string>>(sql.raw(text)));
    await run('create table stars (id text primary key)');
    await run('create table star_vectors (encoder_id smallint, star_id text, embedding vector, primary key (encoder_id, star_id))');
    const table = new VectorTable(database(), { vectors: 'star_vectors', ownerId: 'star_id', owners: 'stars', idType: 'text' });
    // So near to each other that 16 bits cannot tell them apart.
    const stars = [0.002, 0.001, 0.003, 2].map((angle, at) => ({ id: `s${String(at)}`, angle }));
    await run(`insert into stars select unnest(array['${stars.map(({ id }) => id).join("','")}'])`);
    const vectorOf = (angle: number): Float32Array => Float32Array.of(Math.cos(angle), Math.sin(angle));
    const vectors = stars.map(({ id, angle }) => ({ id, embedding: vectorOf(angle) }));
    await table.add(database().orm, 7, vectors);
    await table.add(database().orm, 8, [{ id: 's3', embedding: vectorOf(0) }]);
    await table.build(7, 2);
    expect((await table.search({ id: 7, dimension: 2 }, vectorOf(0), 3)).map(({ id }) => id)).toEqual(['s1', 's0', 's2']);
    const [first] = await table.search({ id: 7, dimension: 2 }, vectorOf(0.001), 1);
    expect(first).toEqual({ id: 's1', cosine: expect.closeTo(1, 6) as number });
    expect((await table.of(7, ['s1', 's9'])).get('s1')).toEqual(vectors[1].embedding);
    await database().transaction(async (tx) => {
      await tx.execute(sql`set local enable_seqscan = off`);
      const nearest = sql`select star_id from star_vectors where encoder_id = 7
        order by (embedding::halfvec(2)) <#> '[1,0]'::vector(2)::halfvec(2) limit 2`;
      const { rows: plan } = await tx.execute<Record<string, string>>(sql`explain ${nearest}`);
      expect(JSON.stringify(plan)).toContain('star_vectors_half_7');
    });
  });
}
