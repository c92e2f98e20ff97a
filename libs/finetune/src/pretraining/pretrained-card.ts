import { encoderFamily } from '../encoders';
import type { PretrainedEncoder } from './write-pretrained';

/** The model card of a pretrained encoder: what it learned from, how well it foretells words, and how it is used. */
export function pretrainedCard({ encoder, settings, config, options, result, textHash }: PretrainedEncoder): string {
  const { perplexity, texts, tokens, steps, heldOutRows } = result;
  const from = settings.scratch ? 'random weights, with a vocabulary learned from the same texts' : encoder.id;
  const isCausal = encoder.config.causal === true;
  const autoClass = isCausal ? 'AutoModelForCausalLM' : 'AutoModelForMaskedLM';
  const count = (value: number): string => value.toLocaleString('en-US');
  return [
    '---',
    'library_name: transformers',
    `pipeline_tag: ${isCausal ? 'text-generation' : 'fill-mask'}`,
    ...(settings.scratch ? [] : [`base_model: ${encoder.id}`]),
    '---',
    '',
    '# Encoder pretrained on raw text',
    '',
    `${isCausal ? 'Causal' : 'Masked'}-language-model training of ${from}, by ${options.createdBy ?? 'attune'}. metrics.json and history.json hold the figures.`,
    '',
    '| | |',
    '|---|---|',
    `| texts | ${count(texts)}, ${count(tokens)} tokens; SHA-256 of their files ${textHash.slice(0, 12)} |`,
    `| steps | ${count(steps)} of ${settings.batchSize} rows, seed ${config.seed} |`,
    ...(isCausal ? [] : [`| masking | ${100 * settings.maskShare} % of the tokens${settings.wholeWords ? ', whole words' : ''} |`]),
    `| perplexity before | ${perplexity.before.toFixed(2)} on ${count(heldOutRows)} rows that were set aside |`,
    `| perplexity after | ${perplexity.after.toFixed(2)} |`,
    '',
    '## Use',
    '',
    '```sh',
    'npx attune train --encoder DIR --data rows.csv --out models/head',
    '```',
    '',
    '```python',
    `from transformers import ${autoClass}, AutoTokenizer`,
    `model = ${autoClass}.from_pretrained("DIR")`,
    'tokenizer = AutoTokenizer.from_pretrained("DIR")',
    '```',
    '',
    `The class is ${encoderFamily(encoder.config.family).maskedLmArchitecture}. Texts were cleaned before the tokenizer saw them: ${cleaningOf(config)}.`,
    '',
  ].join('\n');
}

function cleaningOf({ normalization }: Pick<PretrainedEncoder['config'], 'normalization'>): string {
  const { unicode, controlCharacters, html, whitespace, maskUrls, maskMentions } = normalization;
  const done = [
    unicode === 'none' ? '' : `Unicode ${unicode}`,
    controlCharacters ? 'no control characters' : '',
    html ? 'no HTML' : '',
    whitespace ? 'single spaces' : '',
    maskUrls ? 'URLs as "url"' : '',
    maskMentions ? 'names as "@user"' : '',
  ].filter((one) => one !== '');
  return done.length === 0 ? 'not at all' : done.join(', ');
}
