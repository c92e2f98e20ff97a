import type { Database } from '@attune/storage';
import { eq, sql } from 'drizzle-orm';
import { encoders, passages, passageVectors, type PassageStatistics } from '../database/schema';
import type { SearchedDirectory } from '../resources/revised-directory';
import { PASSAGE_VECTORS, VectorIndex } from './vector-index';

/** Vectors of the passages of documents, apart from those of entries: however many there are, they crowd out no entry. */
export class PassageVectors extends VectorIndex {
  constructor(database: Database, directory: SearchedDirectory) {
    super(database, directory, PASSAGE_VECTORS);
  }

  /** Passages that have no vector of an encoder yet, at most so many. */
  missingPassages(encoderId: number, limit: number): Promise<{ id: number; searchText: string }[]> {
    return this.database.query((orm) =>
      orm
        .select({ id: passages.id, searchText: passages.searchText })
        .from(passages)
        .where(
          sql`not exists (select from ${passageVectors}
            where ${passageVectors.encoderId} = ${encoderId} and ${passageVectors.passageId} = ${passages.id})`,
        )
        .orderBy(passages.id)
        .limit(limit),
    );
  }

  /** What was learnt of the passages with an encoder. */
  async statisticsOf(encoderId: number): Promise<PassageStatistics | undefined> {
    const [row] = await this.database.query((orm) =>
      orm.select({ statistics: encoders.passageStatistics }).from(encoders).where(eq(encoders.id, encoderId)),
    );
    return row?.statistics ?? undefined;
  }

  /** Writes down what was learnt of the passages with an encoder. */
  async keepStatistics(encoderId: number, statistics: PassageStatistics): Promise<void> {
    await this.database.query((orm) => orm.update(encoders).set({ passageStatistics: statistics }).where(eq(encoders.id, encoderId)));
  }
}
