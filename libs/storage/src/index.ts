export { ownFolder } from './pglite/folder-lock';
export {
  comparePositions,
  isCommittedPosition,
  latestPosition,
  isCommitted,
  readCommitted,
  type AppendOnlyTable,
  type CommittedPosition,
  type CommittedRow,
  type ReadCommittedOptions,
} from './committed';
export type { Database, DatabaseSession, Queryable, RowsQueryResult, Transaction, TransactionOptions } from './database';
export { asStorageError, DatabaseError, DatabaseUnavailableError, isDatabaseUnavailable } from './errors';
export { expireProcessed, recordProcessed, type InboxExpiry } from './inbox';
export { eachPage } from './each-page';
export { insertRows } from './insert-rows';
export type { MigrationFolder } from './migrations';
export { openDatabase, type DatabaseOptions } from './open-database';
export { enqueue, enqueueWithin, type OutboxMessage } from './outbox/enqueue';
export { OutboxRelay, type OutboxRelayOptions, type RelayedMessage } from './outbox/relay';
export type { OutboxBacklog } from './outbox/rows';
export { statement, type Statement, type StatementValue } from './statement';
export { newestFirst, oldestFirst, type PlaceInTime, type TimeOrder } from './time-order';
export { prepareBlankCluster } from './pglite/blank-cluster';
export { vectorValue } from './vector-value';
export { createDatabase, dropDatabase } from './postgres/create-database';
export { MemoryVectors, type MemoryHit } from './vectors/memory-vectors';
export { VectorGraph } from './vectors/vector-graph';
export { VectorTable, type OwnedVector, type VectorHit, type VectorTableNames } from './vectors/vector-table';
