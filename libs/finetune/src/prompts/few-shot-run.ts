import { AttuneError, normalizeText } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { describedByName, describedLabels } from '../config/prompt-config';
import { encodeForHeads } from '../data/encode';
import type { EncodedExample } from '../data/example';
import { prepareRun, type Run, type TrainHeadOptions } from '../training/run';
import { labelTexts, promptTemplates } from './templates';

/** A few-shot run: labelled rows, and the texts that describe their labels. */
export interface FewShotRun extends Run {
  /** Filled templates with their labels as targets; none where `prompt.useDescriptions` is off. */
  labelRows: EncodedExample[];
}

/**
 * Reads a few-shot run's rows and fills its templates. A label that is not described describes itself by its name.
 *
 * @throws AttuneError as `prepareRun`, and `bad-data` for a described label that no row has
 */
export async function prepareFewShot(config: HeadConfig, options: TrainHeadOptions): Promise<FewShotRun> {
  const run = await prepareRun(config, options);
  return { ...run, labelRows: config.prompt.useDescriptions ? labelRowsOf(run, config) : [] };
}

function labelRowsOf({ dataset, encoder, maxLength }: Run, config: HeadConfig): EncodedExample[] {
  const { labels, heads } = dataset;
  const { prompt, normalization } = config;
  const described = new Map((describedLabels(prompt) ?? []).map((own) => [own.label, own]));
  const without = [...described.keys()].find((label) => !labels.includes(label));
  if (without !== undefined) {
    throw new AttuneError('bad-data', `No training row has the label "${without}", which prompt.labels describes.`, {
      remedy: 'Correct the label, add rows for it, or train with task zero-shot, which needs no rows.',
    });
  }
  const texts = labelTexts(
    labels.map((label) => described.get(label) ?? describedByName(label)),
    promptTemplates('few-shot', prompt),
  );
  const examples = texts
    .flatMap((own, place) =>
      own.map((text) => ({ text: normalizeText(text, { ...normalization, template: undefined }), label: labels[place] })),
    )
    .map((example, at) => ({ ...example, row: at + 1 }));
  return encodeForHeads(examples, { tokenizer: encoder.tokenizer, maxLength, entityMarkers: 'none' }, heads);
}
