/**
 * Prints `N passed, N failed, N skipped` from jest's report, and exits with 1 where something failed, was skipped or
 * did not run at all. A file of tests that could not be loaded counts as one failure.
 */
const { existsSync, readFileSync } = require('node:fs');

const [path] = process.argv.slice(2);
const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
const passed = report?.numPassedTests ?? 0;
const failed = (report?.numFailedTests ?? 0) + (report?.numRuntimeErrorTestSuites ?? 0);
const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);

for (const file of report?.testResults ?? []) {
  if (file.status === 'failed' && file.assertionResults.length === 0) console.log(`failed: ${file.name}\n${file.message}`);
  for (const test of file.assertionResults) {
    if (test.status === 'failed' || test.status === 'pending')
      console.log(`${test.status === 'failed' ? 'failed' : 'skipped'}: ${test.fullName}`);
  }
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = passed > 0 && failed === 0 && skipped === 0 ? 0 : 1;
