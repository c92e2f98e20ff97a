import { splitList } from '../../components/split-list';
import type { Watch, WatchInput } from './types';

type Target = WatchInput['target'];
type Rules = Required<NonNullable<WatchInput['rules']>>;

/** The rules of a watch, in the order in which a form shows them. */
export const RULE_NAMES = [
  'windowMinutes',
  'hopMinutes',
  'sensitivity',
  'minimumStories',
  'minimumNegativeShare',
  'coolDownMinutes',
] as const satisfies readonly (keyof Rules)[];

/** A watch as its form holds it: all text. */
export interface WatchFormValues {
  readonly name: string;
  readonly kind: Target['kind'];
  readonly names: string;
  readonly aliases: string;
  readonly tickers: string;
  readonly excludes: string;
  readonly topic: string;
  readonly keywords: string;
  readonly description: string;
  readonly enabled: boolean;
  /** Empty where the service's default holds. */
  readonly rules: Readonly<Record<keyof Rules, string>>;
}

/** What the form of a watch begins with. */
export function formValues(watch: Watch | undefined): WatchFormValues {
  return {
    name: watch?.name ?? '',
    kind: watch?.target.kind ?? 'entity',
    enabled: watch?.enabled ?? true,
    ...entityValues(watch?.target),
    ...topicValues(watch?.target),
    rules: Object.fromEntries(
      RULE_NAMES.map((name) => [name, watch === undefined ? '' : String(watch.rules[name])]),
    ) as WatchFormValues['rules'],
  };
}

function entityValues(target: Watch['target'] | undefined): Pick<WatchFormValues, 'names' | 'aliases' | 'tickers' | 'excludes'> {
  if (target?.kind !== 'entity') return { names: '', aliases: '', tickers: '', excludes: '' };
  const { names, aliases, tickers, excludes } = target;
  return { names: names.join('\n'), aliases: aliases.join('\n'), tickers: tickers.join(', '), excludes: excludes.join('\n') };
}

function topicValues(target: Watch['target'] | undefined): Pick<WatchFormValues, 'topic' | 'keywords' | 'description'> {
  if (target?.kind !== 'topic') return { topic: '', keywords: '', description: '' };
  return { topic: target.topic ?? '', keywords: target.keywords.join('\n'), description: target.description ?? '' };
}

/** The watch that a form holds; what the form does not show, such as patterns, stays as it was in `watch`. */
export function watchOf(values: WatchFormValues, watch: Watch | undefined): WatchInput {
  const rules = RULE_NAMES.filter((name) => values.rules[name].trim() !== '').map((name) => [name, Number(values.rules[name])] as const);
  return { name: values.name.trim(), target: targetOf(values, watch?.target), rules: Object.fromEntries(rules), enabled: values.enabled };
}

function targetOf(values: WatchFormValues, before: Watch['target'] | undefined): Target {
  if (values.kind === 'topic')
    return {
      kind: 'topic',
      keywords: splitList(values.keywords, /\n/),
      ...(values.topic.trim() === '' ? {} : { topic: values.topic.trim() }),
      ...(values.description.trim() === '' ? {} : { description: values.description.trim() }),
      ...(before?.kind === 'topic' ? { threshold: before.threshold } : {}),
    };
  const names = splitList(values.names, /\n/);
  return {
    kind: 'entity',
    names: names.length === 0 ? [values.name.trim()] : names,
    aliases: splitList(values.aliases, /\n/),
    tickers: splitList(values.tickers, /[,，\s]/),
    excludes: splitList(values.excludes, /\n/),
    ...(before?.kind === 'entity' ? { patterns: before.patterns } : {}),
  };
}
