import type { Command } from 'commander';
import { withInterrupt } from '../interrupt';
import { Progress } from '../progress';
import { formatDuration, messageColours, printMessage } from '../terminal';

interface SetupFlags {
  readonly cuda?: boolean;
}

/** `attune setup`: prepares native TensorFlow and the default encoder. */
export function registerSetup(program: Command): void {
  program
    .command('setup')
    .description('prepare native TensorFlow and the default encoder in the cache')
    .option('--cuda', 'TensorFlow for NVIDIA GPUs (chosen by itself where one is seen)')
    .option('--no-cuda', 'TensorFlow for the processor, also where an NVIDIA GPU is seen')
    .action(setUp);
}

async function setUp({ cuda }: SetupFlags): Promise<void> {
  const { ensureSetup } = await import('@attune/setup');
  const colours = messageColours();
  const progress = new Progress();
  const startedAt = performance.now();
  let hasWorked = false;
  try {
    const status = await withInterrupt(
      () => progress.line('Stopping.'),
      (signal) =>
        ensureSetup({
          cuda,
          signal,
          onProgress: (event) => {
            hasWorked = true;
            if (event.type === 'progress') progress.update({ done: event.done, total: event.total, detail: megabytes(event) });
            else progress.line(event.type === 'step' ? `${colours.dim('·')} ${event.name}` : `${colours.yellow('note:')} ${event.message}`);
          },
        }),
    );
    progress.stop();
    const { tensorFlow, encoder } = status;
    if (hasWorked) printMessage(`${colours.green('✓')} Set up in ${formatDuration((performance.now() - startedAt) / 1000)}`);
    printMessage(
      `TensorFlow ${tensorFlow?.version ?? '–'} (${tensorFlow?.kind ?? 'missing'}), encoder ${encoder?.name ?? 'missing'}, in ${status.cache}`,
    );
  } finally {
    progress.stop();
  }
}

function megabytes({ done, total }: { done: number; total: number }): string {
  return `${Math.round(done / 1e6)} of ${Math.round(total / 1e6)} MB`;
}
