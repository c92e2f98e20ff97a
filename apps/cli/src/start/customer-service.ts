import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isModelDirectory } from '../model-directory';
import { renderTasks } from '../predictions';
import { renderTaskReports } from '../report-tables';
import { runTraining } from '../run-training';
import { readStoredReports } from '../stored-reports';
import { printMessage, printResult, resultColours } from '../terminal';
import { fromHere, ROOT } from './places';

const HEAD = join(ROOT, 'apps/customer-service/head/head.yaml');
const MODEL = join(ROOT, 'models/customer-service/example');

/** Texts that the example data does not hold. */
const TEXTS = [
  'My parcel was supposed to be here on Monday and there is still no sign of it.',
  'I want to return this kettle, how do I send it back?',
  'Why was my card charged twice this month?',
];

const SHOWN_LABELS = 3;

/** Trains the example head of customer-service unless it is there, and shows what it can do. */
export async function startCustomerService(): Promise<void> {
  const model = fromHere(MODEL);
  if (isModelDirectory(MODEL)) await printStoredReport(model);
  else await trainExample(model);
  await printPredictions(model);
  printMessage(`\nTry it: npx attune predict --model ${model} --text "…"`);
}

async function trainExample(model: string): Promise<void> {
  const { loadHeadConfig } = await import('@attune/finetune');
  const head = relative(process.cwd(), HEAD);
  if (!existsSync(HEAD)) throw new Error(`${head} is missing from this checkout.`);
  printMessage(`Training the example head: attune train -c ${head} --out ${model}`);
  await runTraining(await loadHeadConfig(head), { out: model, resume: false, json: false });
}

async function printStoredReport(model: string): Promise<void> {
  printMessage(`The example head is trained already; remove ${model} to train it anew.`);
  const { validation, test } = await readStoredReports(model);
  printResult(renderTaskReports(test ?? validation, test === undefined ? 'Validation' : 'Test', 20));
}

async function printPredictions(model: string): Promise<void> {
  const { Predictor } = await import('@attune/inference');
  const predictor = await Predictor.open(model, { precision: 'int8' });
  try {
    const predictions = await predictor.predictAll(TEXTS.map((text) => ({ text })));
    const colours = resultColours();
    predictions.forEach((prediction, index) => printResult(`\n${colours.cyan(TEXTS[index])}\n${renderTasks(prediction, SHOWN_LABELS)}`));
  } finally {
    await predictor.close();
  }
}
