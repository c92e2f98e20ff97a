import type { HeadConfig } from './head-config';
import type { Rule } from './rule';
import { describedLabels, isPromptTask, PROMPT_WAYS, promptKeys, promptWay, type PromptTask, type PromptWay } from './prompt-config';

/** Slots that a template must have, by the way that reads it. */
const SLOTS: Record<PromptWay, readonly string[]> = { descriptions: ['label'], contrastive: ['label'], cloze: ['text', 'mask'] };

const slotsIn = (template: string): string[] => [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);

/** What is wrong with a template, or nothing. */
export function templateFault(template: string, way: PromptWay): string | undefined {
  const needed = SLOTS[way];
  const given = slotsIn(template);
  const shown = JSON.stringify(template);
  const missing = needed.find((slot) => !given.includes(slot));
  if (missing !== undefined) return `the template ${shown} has no slot {${missing}}`;
  const unknown = given.find((slot) => !needed.includes(slot));
  if (unknown !== undefined)
    return `the template ${shown} has a slot {${unknown}}; there is ${needed.map((slot) => `{${slot}}`).join(' and ')}`;
  const repeated = given.find((slot, place) => given.indexOf(slot) !== place);
  return repeated === undefined ? undefined : `the template ${shown} has the slot {${repeated}} twice`;
}

/** A rule of a task that learns from words; `path` is below `prompt`. */
type PromptRule = Rule<{ config: HeadConfig; task: PromptTask; way: PromptWay }>;

const PROMPT_RULES: readonly PromptRule[] = [
  {
    path: ['prompt', 'way'],
    fault: ({ task, way }) => {
      const ways: readonly string[] = PROMPT_WAYS[task];
      return ways.includes(way) ? undefined : `${way} does not go with task ${task}; there is ${ways.join(' or ')}`;
    },
  },
  {
    path: ['prompt', 'templates'],
    fault: ({ config: { prompt }, way }) => {
      const faults = (prompt.templates ?? []).map((template) => templateFault(template, way));
      return faults.find((fault) => fault !== undefined);
    },
  },
  {
    path: ['prompt', 'templates'],
    fault: ({ config: { prompt }, way }) =>
      way === 'cloze' && prompt.templates === undefined ? 'cloze needs a template, as in ["{text} It was {mask}."]' : undefined,
  },
  {
    path: ['prompt', 'verbalizer'],
    fault: ({ config: { prompt }, way }) => {
      if (way !== 'cloze') return prompt.verbalizer === undefined ? undefined : `is read by cloze alone, and the way is ${way}`;
      if (prompt.verbalizer === undefined) return 'cloze needs the words that stand for each label';
      const without = Object.entries(prompt.verbalizer).find(([, words]) => words === null);
      return without === undefined ? undefined : `the label "${without[0]}" has no word`;
    },
  },
  {
    path: ['prompt', 'verbalizer'],
    fault: ({ config: { prompt } }) => {
      const wordOf = new Map<string, string>();
      for (const [label, words] of Object.entries(prompt.verbalizer ?? {})) {
        for (const word of [words ?? []].flat()) {
          const other = wordOf.get(word);
          if (other !== undefined && other !== label) return `the word "${word}" stands for "${other}" and for "${label}"`;
          wordOf.set(word, label);
        }
      }
      return undefined;
    },
  },
  {
    path: ['prompt', 'labels'],
    fault: ({ config: { prompt } }) => {
      const { labels = {} } = prompt;
      if (Array.isArray(labels)) return undefined;
      const without = Object.entries(labels).find(([, own]) => own === null);
      return without === undefined
        ? undefined
        : `the label "${without[0]}" has no description: write a text, or list the names of all labels alone`;
    },
  },
  {
    path: ['prompt', 'labels'],
    fault: ({ config: { prompt }, task }) => {
      const labels = (describedLabels(prompt) ?? []).map(({ label }) => label);
      const repeated = labels.find((label, place) => labels.indexOf(label) !== place);
      if (repeated !== undefined) return `the label "${repeated}" stands there twice`;
      // Of few-shot, the rows have the other labels.
      if (prompt.labels === undefined || labels.length > 1 || task === 'few-shot') return undefined;
      return `at least two labels are needed, and there ${labels.length === 0 ? 'is none' : `is "${labels[0]}" alone`}`;
    },
  },
  {
    path: ['prompt', 'labels'],
    fault: ({ config: { prompt, data }, task }) =>
      task === 'zero-shot' && describedLabels(prompt) === undefined && data.train === undefined
        ? 'zero-shot needs labels: describe them here'
        : undefined,
  },
  {
    path: ['prompt', 'labels'],
    fault: ({ config: { prompt }, way }) =>
      way === 'cloze' && prompt.labels !== undefined
        ? 'descriptions are not read by cloze: prompt.verbalizer has the words of each label'
        : undefined,
  },
  {
    path: ['prompt', 'verbalizer'],
    fault: ({ config: { prompt } }) => {
      const labels = Object.keys(prompt.verbalizer ?? {});
      return prompt.verbalizer !== undefined && labels.length < 2 ? 'at least two labels are needed' : undefined;
    },
  },
  {
    path: ['data', 'validationShare'],
    fault: ({ config: { data }, task, way }) =>
      task === 'few-shot' && way === 'cloze' && data.validation === undefined && data.validationShare === 0
        ? 'must be above 0 where data.validation names no file: training is judged on those rows'
        : undefined,
  },
  {
    path: ['prompt', 'unlabelled'],
    fault: ({ config: { prompt }, task, way }) =>
      prompt.unlabelled === undefined || (task === 'few-shot' && way === 'cloze') ? undefined : 'is read by few-shot cloze alone',
  },
  {
    path: ['data', 'pair'],
    fault: ({ config: { data }, task }) => (data.pair === undefined ? undefined : `${task} reads single texts`),
  },
  {
    path: ['tasks'],
    fault: ({ config: { tasks }, task }) => (tasks === undefined ? undefined : `${task} has one task alone`),
  },
];

/** Rules of `task: zero-shot` and `task: few-shot`; the section `prompt` belongs to no other task. */
export function promptFaults(config: HeadConfig): { path: readonly string[]; message: string }[] {
  const { task, prompt } = config;
  if (!isPromptTask(task)) {
    const isDefault = JSON.stringify(prompt) === JSON.stringify(promptKeys.parse({}));
    return isDefault ? [] : [{ path: ['prompt'], message: `belongs to task zero-shot or few-shot, and task is ${task}` }];
  }
  const subject = { config, task, way: promptWay(task, prompt) };
  return PROMPT_RULES.flatMap(({ path, fault }) => {
    const message = fault(subject);
    return message === undefined ? [] : [{ path, message }];
  });
}
