export { runProgram } from './run-program';
export { shownCommand } from './shown-command';
export { formatTable, writeResult, type Result } from './write-result';
