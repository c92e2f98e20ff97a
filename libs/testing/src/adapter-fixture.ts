import { join } from 'node:path';

/** Folders under libs/testing/fixtures/adapters, written by tools/fixtures/adapters.py: the method, and the encoder's fixture it is for. */
export const ADAPTER_FIXTURES = [
  'lora-bert',
  'lora-gpt2',
  'dora-gpt2',
  'ia3-gpt2',
  'dora-bert',
  'dora-roberta',
  'ia3-bert',
  'ia3-distilbert',
  'prompt-tuning-bert',
  'prompt-tuning-roberta',
  'prompt-tuning-distilbert',
  'p-tuning-bert',
  'adapters-bert',
] as const;

export type AdapterFixtureName = (typeof ADAPTER_FIXTURES)[number];

/**
 * The folder of an adapter fixture: adapter_config.json and adapter_model.safetensors as PEFT saves them (adapter.safetensors of bottleneck
 * adapters), and expected.safetensors with `<case>.logits` of the encoder fixture's cases.
 */
export function adapterFixture(name: AdapterFixtureName): string {
  return join(__dirname, '../fixtures/adapters', name);
}
