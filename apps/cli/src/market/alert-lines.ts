import type { Alert } from '@attune/contracts';
import { formatCount, resultColours } from '../terminal';

const SHOWN_STORIES = 5;
const LONGEST_LINE = 100;

/** What stands for a story where the alert has no title of it. */
export type StoryText = (documentId: string) => string | undefined;

/** An alert's change in one line: `opened  critical  Acme  7 negative stories, 0.4 expected`. */
export function alertLine({ change, severity, watchName, observed, expected, window }: Alert): string {
  const colours = resultColours();
  const word = { opened: colours.red, escalated: colours.red, resolved: colours.green }[change](change.padEnd(9));
  const counts = `${formatCount(observed)} negative ${observed === 1 ? 'story' : 'stories'}, ${quantity(expected)} expected`;
  return [word, severity.padEnd(8), colours.bold(watchName), `${counts}, ${clock(window.start)}–${clock(window.end)} UTC`].join('  ');
}

/** An alert for people: what happened, why that is an alert, and the stories behind it. */
export function renderAlert(alert: Alert, textOf: StoryText = () => undefined): string {
  const colours = resultColours();
  const title = `${alert.severity.toUpperCase()}: negative opinion about ${alert.watchName} ${alert.change === 'resolved' ? 'has calmed down' : 'surges'}`;
  const stories = alert.stories.slice(0, SHOWN_STORIES).map(({ documentId, title: headline, source, tellings, score }) => {
    const told = tellings === 1 ? source : `${source}, told ${formatCount(tellings)} times`;
    return `  ${score.toFixed(2).padStart(5)}  ${clip(headline ?? textOf(documentId) ?? documentId)} ${colours.dim(`(${told})`)}`;
  });
  return [
    colours.bold(alert.change === 'resolved' ? colours.green(title) : colours.red(title)),
    `  observed ${colours.bold(formatCount(alert.observed))} negative stories, expected ${colours.bold(quantity(alert.expected))}, in the ${minutes(alert)} minutes from ${clock(alert.window.start)} UTC`,
    ...alert.reasons.map((reason) => `  ${colours.dim('·')} ${reason}`),
    ...(stories.length === 0 ? [] : ['  Stories, from -1 (negative) to 1 (positive):', ...stories]),
  ].join('\n');
}

function minutes({ window: { start, end } }: Alert): number {
  return (Date.parse(end) - Date.parse(start)) / 60_000;
}

/** `13:45` of an instant. */
function clock(instant: string): string {
  return new Date(instant).toISOString().slice(11, 16);
}

function quantity(count: number): string {
  if (count >= 10) return formatCount(Math.round(count));
  return count < 0.1 && count > 0 ? '<0.1' : String(Number(count.toFixed(1)));
}

function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1).trimEnd()}…`;
}
