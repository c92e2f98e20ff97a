import { AttuneError, type ManifestTask } from '@attune/artifact';
import type { Understanding } from '../conversation/turn';

/** The label that a head gives to messages about nothing the service is for. */
export const OUT_OF_SCOPE = 'out_of_scope';
/** The label of a tone task that a head gives to messages of angry customers. */
const ANGRY = 'angry';

type Task = Pick<ManifestTask, 'name' | 'type' | 'labels'>;

/** Which tasks of a head say what a conversation needs. */
export interface DialogueTasks {
  /** Name of the classification of what a message wants. */
  readonly intent: string;
  /** Name of the task that knows anger, where the head has one. */
  readonly tone: string | undefined;
  readonly intents: readonly string[];
}

/**
 * Finds the tasks of a head for conversations: the tone is the task with a label `angry`, the intent the classification with
 * a label `out_of_scope`, or the only other one.
 *
 * @throws AttuneError `bad-model` where a head does something else
 */
export function dialogueTasks(tasks: readonly Task[]): DialogueTasks {
  const tone = tasks.find(({ labels, type }) => type !== 'regression' && labels.includes(ANGRY));
  const others = tasks.filter((task) => task !== tone && task.type === 'classification');
  const intent = others.find(({ labels }) => labels.includes(OUT_OF_SCOPE)) ?? (others.length === 1 ? others[0] : undefined);
  if (intent !== undefined) return { intent: intent.name, tone: tone?.name, intents: intent.labels };
  const found = tasks.map(({ name, type }) => `${name} (${type})`).join(', ') || 'no task';
  throw new AttuneError('bad-model', `This head does not tell intents: it has ${found}.`, {
    remedy: `Serve a head with a classification task, one of whose labels is ${OUT_OF_SCOPE}.`,
  });
}

type Probabilities = Readonly<Record<string, number>>;

/** What a head's predictions of its tasks say of a message. */
export function toUnderstanding(
  { intent, tone }: DialogueTasks,
  predictions: Readonly<Record<string, { readonly probabilities: Probabilities }>>,
): Understanding {
  const intents = predictions[intent].probabilities;
  const [label, probability] = Object.entries(intents).reduce((best, each) => (each[1] > best[1] ? each : best));
  return {
    intent: label,
    probability,
    probabilities: intents,
    outOfScope: intents[OUT_OF_SCOPE] ?? 0,
    anger: tone === undefined ? undefined : predictions[tone].probabilities[ANGRY],
  };
}
