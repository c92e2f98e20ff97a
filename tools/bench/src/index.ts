export { formatTable, writeResult, type Result } from './write-result';
