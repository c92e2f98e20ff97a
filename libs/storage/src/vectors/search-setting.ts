/**
 * Lets a search of an HNSW index go on until it has as many rows as it asks for: pgvector stops at `hnsw.ef_search` (40) otherwise
 * (its documentation, "Iterative Index Scans", since 0.8).
 */
export const SEARCH_SETTING = "set hnsw.iterative_scan = 'strict_order'";
