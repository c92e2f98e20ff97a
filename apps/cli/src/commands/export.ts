import { Option, type Command } from 'commander';
import { exportFormats, exportModel, type ExportFormat } from '../export-model';
import { withInterrupt } from '../interrupt';
import { formatCount, printJson, printMessage } from '../terminal';

interface ExportOptions {
  model: string;
  out: string;
  format?: ExportFormat;
  json?: boolean;
}

/** Adds `attune export`. */
export function registerExport(program: Command): void {
  program
    .command('export')
    .description('copy a model, checked, as a whole or in one format; or export a pretrained encoder as an embedding model')
    .requiredOption('--model <folder|encoder>', 'head that attune train wrote, or a pretrained encoder')
    .requiredOption('--out <folder>', 'where the copy goes')
    .addOption(new Option('--format <name>', 'only the files of one format').choices(exportFormats))
    .option('--json', 'print one line of JSON to stdout')
    .action(runExport);
}

async function runExport({ model, out, format, json }: ExportOptions): Promise<void> {
  const files = await withInterrupt(
    () => printMessage('Stopping.'),
    (signal) => exportModel({ model, out, format, signal }),
  );
  if (json === true) printJson({ directory: out, files });
  else printMessage(`Wrote ${formatCount(files.length)} files to ${out}: ${files.join(', ')}.`);
}
