import type { HeadConfig } from '../config/head-config';
import { isPromptTask, promptWay, type PromptWay } from '../config/prompt-config';
import { promptTemplates } from '../prompts/templates';

const HOW: Record<PromptWay, string> = {
  descriptions:
    'No weight of the encoder was trained. A text is compared, by cosine, with the mean of the embeddings of the texts that describe each label; the output layer holds these means.',
  contrastive:
    'The encoder was tuned so that texts of one label are near to each other and far from the others (Tunstall et al. 2022); then the output layer was fitted to its embeddings.',
  cloze: 'Each text is put into sentences with a gap, and the words that stand for the labels are scored there (Schick and Schütze 2021).',
};

const DISTILLED = ' What was said there of texts without labels, this head then learnt.';

/** How a head was made from words about its labels; empty for other tasks. */
export function promptCard(config: HeadConfig): string {
  const { task, prompt } = config;
  if (!isPromptTask(task)) return '';
  const way = promptWay(task, prompt);
  const templates = promptTemplates(task, prompt).map((template) => `- \`${template}\``);
  return [
    `## From words about the labels (${task}, ${way})`,
    `${HOW[way]}${prompt.unlabelled === undefined ? '' : DISTILLED}`,
    `Templates:\n\n${templates.join('\n')}`,
  ].join('\n\n');
}
