/** Results trained elsewhere: published tables and other people's CSV files. */
export { importResults, type Imported, type ImportOptions } from './import-results.ts';
export { readResults, type ReadOptions, type ReadResults } from './read-results.ts';
