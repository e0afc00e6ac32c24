/** Names and numbers of the schemas of files. */

export const resultSchemaName = 'memtop.result/2';
/** Results of this schema can be read as well. */
export const olderResultSchemaName = 'memtop.result/1';
/** Runs that were exported from the store. */
export const exportSchemaName = 'memtop.export/1';
