/** What `schema` says in a result of this version. */
export const resultSchemaName = 'memtop.result/2';
/** What it says in those of the version before, which are read as well. */
export const olderResultSchemaName = 'memtop.result/1';
