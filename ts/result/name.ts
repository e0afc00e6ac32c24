/** What `schema` says in a result of this version. */
export const resultSchemaName = 'memtop.result/1';
