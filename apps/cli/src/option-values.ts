import { extname } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { parse } from 'yaml';

/** Parses the value of an option that takes a number. */
export function numberOption(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('It must be a number.');
  return number;
}

/** Parses the value of an option that takes a file to write, whose extension says in which format. */
export function outputFileOption(extensions: readonly string[]): (value: string) => string {
  return (value) => {
    if (!extensions.includes(extname(value).toLowerCase())) {
      throw new InvalidArgumentError(`Its extension must be one of ${extensions.join(', ')}.`);
    }
    return value;
  };
}

/** Parses the value of an option that takes a whole number within bounds. */
export function wholeNumberOption(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}

/** A key and the value that it is to have. */
export interface KeyValue {
  readonly key: string;
  readonly value: unknown;
}

/** Parses `key=value`, the value as YAML has it, and adds it to those before. */
export function keyValueOption(text: string, before: readonly KeyValue[] = []): KeyValue[] {
  const [, key, value] = /^([^=\s]+)=(.+)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('It must be key=value.');
  return [...before, { key, value: parse(value) as unknown }];
}
