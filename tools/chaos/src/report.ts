import { formatTable } from '@attune/bench';
import type { Evidence } from './evidence/evidence';
import type { RunReport } from './run-chaos';

export const COLUMNS = [
  'run',
  'messages in',
  'scored',
  'repeats',
  'dead letters',
  'sentiments',
  'windows',
  'changes of alerts',
  'came again, dropped by id',
  'seconds',
  'faults',
] as const;

/** A row of the table for each run. */
export function rowsOf(reports: readonly RunReport[]): string[][] {
  return reports.map(({ disturbance, evidence, seconds, faults }) => {
    const { counts } = evidence.fates;
    return [
      disturbance.title,
      format(evidence.messages),
      format(evidence.documents.length),
      format(counts.duplicate),
      format(new Set(evidence.deadLetters).size),
      format(evidence.mentions.length),
      format(different(evidence.trendsTopic)),
      format(different(evidence.alertsTopic)),
      format(cameAgain(evidence)),
      seconds.toFixed(0),
      faults.length === 0 ? '0' : `**${faults.length}**`,
    ];
  });
}

/** The table, and below it every fault. */
export function formatReports(reports: readonly RunReport[]): string {
  const faults = reports.flatMap((report) => report.faults.map((fault) => `${report.disturbance.title}: ${fault}`));
  return [formatTable([...COLUMNS], rowsOf(reports)), ...faults].join('\n');
}

function different(told: readonly { id: string }[]): number {
  return new Set(told.map(({ id }) => id)).size;
}

/** On all ways together. */
function cameAgain({ sentimentTopic, trendsTopic, alertsTopic, followed, posted, deadLetters }: Evidence): number {
  const events = [sentimentTopic, trendsTopic, alertsTopic, followed, posted].reduce((sum, told) => sum + told.length - different(told), 0);
  return events + deadLetters.length - new Set(deadLetters).size;
}

function format(count: number): string {
  return count.toLocaleString('en-GB');
}
