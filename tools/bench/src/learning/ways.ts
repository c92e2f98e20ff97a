/** Names of the measured data. */
export const MATERIALS = ['PhraseBank', 'BANKING77', 'BANKING77, 8 an intent', 'BANKING77, no row'] as const;
export type Material = (typeof MATERIALS)[number];

/** A way of learning, with what it sets beside the configuration of the data. */
export interface Way {
  name: string;
  /** Arguments of `attune train`. */
  args: readonly string[];
  /** Whether it reads what the labels mean, and so has that file in place of the configuration of the data. */
  fromLabels?: boolean;
}

/** Tuning by a method, at its own learning rate whatever the configuration of the data says of full fine-tuning. */
function tuner(name: string, learningRate: number, ...args: string[]): Way {
  return { name, args: ['--tuner', name, '--learning-rate', String(learningRate), ...args] };
}

const everyLayer = ['--set', 'tuner.targetModules=[query,key,value,dense]', '--set', 'tuner.rank=4'];

const TUNERS: readonly Way[] = [
  { name: 'full', args: ['--tuner', 'full'] },
  tuner('lora', 2e-3, ...everyLayer),
  tuner('dora', 2e-3, ...everyLayer),
  tuner('adapters', 1e-3),
  tuner('ia3', 1e-2),
  tuner('prompt-tuning', 1e-2),
  tuner('bitfit', 2e-3),
  { name: 'head', args: ['--tuner', 'head'] },
];

const fewShot = ['--task', 'few-shot', '--set', 'data.validationShare=0'];

/** What is measured on each material. Only full fine-tuning takes the learning rate of the material's configuration. */
export const WAYS: Readonly<Record<Material, readonly Way[]>> = {
  PhraseBank: TUNERS,
  BANKING77: TUNERS,
  'BANKING77, 8 an intent': [
    ...TUNERS,
    { name: 'few-shot, contrastive', args: fewShot, fromLabels: true },
    { name: 'few-shot, contrastive, without descriptions', args: [...fewShot, '--set', 'prompt.useDescriptions=false'], fromLabels: true },
    { name: 'descriptions and rows, encoder as it is', args: [...fewShot, '--tuner', 'head'], fromLabels: true },
  ],
  'BANKING77, no row': [{ name: 'zero-shot, descriptions', args: [], fromLabels: true }],
};
