/** Name and number of the form of exported runs. */
export const exportSchemaName = 'memtop.export/1';
