import type { TrainingRequest } from './types';

/** Numbers of a training, as they are typed; empty where the head's own configuration says them. */
export const NUMBER_SETTINGS = ['epochs', 'learningRate', 'batchSize', 'maxLength', 'seed'] as const;
export type NumberSetting = (typeof NUMBER_SETTINGS)[number];
export type TypedSettings = Readonly<Record<NumberSetting, string>>;

export const NOTHING_TYPED: TypedSettings = { epochs: '', learningRate: '', batchSize: '', maxLength: '', seed: '' };

/** What the service takes. */
const RULES: Record<NumberSetting, { readonly most: number; readonly least: number; readonly whole: boolean }> = {
  epochs: { least: Number.MIN_VALUE, most: 1_000, whole: false },
  learningRate: { least: Number.MIN_VALUE, most: 10, whole: false },
  batchSize: { least: 1, most: 4_096, whole: true },
  maxLength: { least: 4, most: 8_192, whole: true },
  seed: { least: 0, most: 4_294_967_295, whole: true },
};

/** Whether what was typed is a number that the service takes, or nothing. */
export function isSound(setting: NumberSetting, typed: string): boolean {
  const text = typed.trim();
  if (text === '') return true;
  const value = Number(text);
  const { least, most, whole } = RULES[setting];
  return Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isInteger(value));
}

/** The settings that were typed, as numbers. */
export function settingsOf(typed: TypedSettings): Pick<TrainingRequest, NumberSetting> {
  const set = NUMBER_SETTINGS.filter((setting) => typed[setting].trim() !== '');
  return Object.fromEntries(set.map((setting) => [setting, Number(typed[setting])]));
}
