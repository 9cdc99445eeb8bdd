/** Results trained elsewhere: published tables and other people's CSV files. */
export { importResults, type Imported } from './import-results.ts';
export { readResults } from './read-results.ts';
