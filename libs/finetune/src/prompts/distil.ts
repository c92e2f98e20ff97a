import { softmax, type HeadShape } from '@attune/artifact';
import type { HeadConfig } from '../config/head-config';
import { encodeForHeads } from '../data/encode';
import type { EncodedExample, Example } from '../data/example';
import { loadExamples } from '../data/load-examples';
import { loadEncoder } from '../encoders';
import { taskLayout } from '../heads/task-layout';
import { softCrossEntropy } from '../losses/soft-cross-entropy';
import type { TrainableNetwork } from '../network/trainable-network';
import { logitsOf } from '../training/evaluate-network';
import { passOptions, vocabularyOf, type Run } from '../training/run';
import { usesCloze } from './cloze';

/** Softens what the gap says before a head learns it, as in PET (Schick and Schütze 2021). */
const TEMPERATURE = 2;

/** Whether what a gap says is to be learnt by an ordinary head from texts without labels. */
export function distils(config: HeadConfig): boolean {
  return usesCloze(config) && config.task === 'few-shot' && config.prompt.unlabelled !== undefined;
}

/** Texts without labels, read and tokenised. */
export async function loadUnlabelled({ config, options, encoder, maxLength, dataset }: Run): Promise<EncodedExample[]> {
  const { data, normalization, prompt } = config;
  const { examples } = await loadExamples(
    prompt.unlabelled ?? '',
    { text: data.text },
    { task: 'classification', labelSeparator: '|', normalization, signal: options.signal },
  );
  const texts: Example[] = examples.map(({ text, row }) => ({ text, row }));
  return encodeForHeads(texts, { tokenizer: encoder.tokenizer, maxLength, entityMarkers: 'none' }, dataset.heads);
}

/** The texts with what a network says of each as their targets: the probabilities of the labels, softened. */
export async function labelSoftly(run: Run, network: TrainableNetwork, texts: EncodedExample[]): Promise<EncodedExample[]> {
  const { outputs } = run.layout;
  const logits = await logitsOf(network, run.layout, texts, passOptions(run));
  return texts.map((text, row) => ({
    ...text,
    target: Float32Array.from(softmax(logits.subarray(row * outputs, (row + 1) * outputs), TEMPERATURE)),
  }));
}

/**
 * The run of the family's own head, from the pretrained encoder, that learns what the gap said of texts without labels; judged on the rows
 * that the gap's was judged on.
 */
export async function studentRun(run: Run, texts: EncodedExample[]): Promise<Run> {
  const { config, dataset } = run;
  const heads = dataset.heads.map(({ cloze: _cloze, ...head }): HeadShape => ({ ...head, pooling: config.head.pooling }));
  const layout = taskLayout(heads);
  const loss = softCrossEntropy(layout.outputs, TEMPERATURE);
  const student = { ...run, dataset: { ...dataset, heads }, encoder: await loadEncoder(config.encoder), layout, train: texts, loss };
  return { ...student, vocabulary: vocabularyOf(student) };
}
