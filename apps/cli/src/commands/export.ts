import type { ExportFormat } from '@attune/finetune';
import { Option, type Command } from 'commander';
import { exportEmbedder } from '../embedder';
import { isModelDirectory } from '../model-directory';
import { formatCount, printJson, printMessage } from '../terminal';

const FORMATS: readonly ExportFormat[] = ['huggingface', 'onnx', 'peft'];

interface ExportOptions {
  model: string;
  out: string;
  format?: ExportFormat;
  json?: boolean;
}

/** Adds `attune export`. */
export function registerExport(program: Command): void {
  const command = program
    .command('export')
    .description('copy a model, checked, as a whole or in one format; or export a pretrained encoder as an embedding model')
    .requiredOption('--model <folder|encoder>', 'head that attune train wrote, or a pretrained encoder')
    .requiredOption('--out <folder>', 'where the copy goes')
    .addOption(new Option('--format <name>', 'only the files that one kind of program needs').choices(FORMATS))
    .option('--json', 'print one line of JSON to stdout')
    .action((options: ExportOptions) => runExport(command, options));
}

async function runExport(command: Command, { model, out, format, json }: ExportOptions): Promise<void> {
  const files = isModelDirectory(model) ? await copyModel(model, out, format) : await exportEncoder(command, model, out, format);
  if (json === true) printJson({ directory: out, files });
  else printMessage(`Wrote ${formatCount(files.length)} files to ${out}: ${files.join(', ')}.`);
}

async function copyModel(model: string, out: string, format: ExportFormat | undefined): Promise<string[]> {
  const { exportFormat } = await import('@attune/finetune');
  return Object.keys((await exportFormat(model, out, format)).files);
}

function exportEncoder(command: Command, model: string, out: string, format: ExportFormat | undefined): Promise<string[]> {
  if (format !== undefined) command.error(`--format works with a model directory, and ${model} is none.`);
  return exportEmbedder(model, out);
}
