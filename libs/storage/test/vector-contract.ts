import { cosineDistance, sql } from 'drizzle-orm';
import { pgTable, text, vector } from 'drizzle-orm/pg-core';
import type { Database } from '../src';

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
}
