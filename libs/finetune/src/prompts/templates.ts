import { promptWay, type DescribedLabel, type PromptKeys, type PromptTask } from '../config/prompt-config';

/** Sentences around a label's description where none are configured: the description itself, and what a reader would say of a text. */
const LABEL_TEMPLATES: readonly string[] = ['{label}', 'This text is about {label}.'];

/** The templates of a task, configured or default; of cloze those that are configured. */
export function promptTemplates(task: PromptTask, prompt: PromptKeys): readonly string[] {
  return prompt.templates ?? (promptWay(task, prompt) === 'cloze' ? [] : LABEL_TEMPLATES);
}

/** A template with its slots filled; what stands in a value is left as it is. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{([^{}]*)\}/g, (slot, name: string) => values[name] ?? slot);
}

/** Each label's descriptions in each of the templates. */
export function labelTexts(labels: readonly DescribedLabel[], templates: readonly string[]): string[][] {
  return labels.map(({ descriptions }) =>
    descriptions.flatMap((description) => templates.map((template) => fillTemplate(template, { label: description }))),
  );
}
