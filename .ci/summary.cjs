/**
 * Prints `N passed, N failed, N skipped` from jest's report, and exits with 1 where something failed, was skipped or
 * did not run at all. A file of tests that could not be loaded counts as one failure.
 *
 *     node .ci/summary.cjs REPORT [SECOND]     files of the second report, which ran again, count as they ended there
 *     node .ci/summary.cjs REPORT --failed     prints the files that failed instead
 */
const { existsSync, readFileSync } = require('node:fs');

const [path, further] = process.argv.slice(2);
const filesOf = (report) => (report !== undefined && existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).testResults : []);
const first = filesOf(path);

if (further === '--failed') {
  for (const { name, status } of first) if (status === 'failed') console.log(name);
} else {
  summarise(first, filesOf(further));
}

function summarise(files, again) {
  const secondRuns = new Map(again.map((file) => [file.name, file]));
  let [passed, failed, skipped] = [0, 0, 0];
  for (const file of files) {
    const last = secondRuns.get(file.name) ?? file;
    if (last !== file && last.status !== 'failed') tellUnstable(file);
    if (last.status === 'failed' && last.assertionResults.length === 0) {
      failed++;
      console.log(`failed: ${last.name}\n${last.message}`);
    }
    for (const { status, fullName } of last.assertionResults) {
      if (status === 'passed') passed++;
      else if (status === 'failed') failed++;
      else skipped++;
      if (status !== 'passed') console.log(`${status === 'failed' ? 'failed' : 'skipped'}: ${fullName}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = passed > 0 && failed === 0 && skipped === 0 ? 0 : 1;
}

/** A test that failed and then passed is a fault of its own: it is named with why it failed. */
function tellUnstable({ name, message, assertionResults }) {
  const names = assertionResults.flatMap(({ status, fullName }) => (status === 'failed' ? [fullName] : []));
  console.log(`unstable, passed when it ran again: ${names.join('; ') || name}\n${message}`);
}
