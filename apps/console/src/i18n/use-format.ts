import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

/** How numbers and times are written in the language that is shown. */
export interface Format {
  /** Of 1, such as `87 %`. */
  percent(share: number): string;
  /** With up to `digits` digits after the point. */
  number(value: number, digits?: number): string;
  /** A difference, with its sign, and none where it rounds to 0. */
  change(value: number): string;
  /** Date and time of an instant (ISO 8601, or milliseconds since 1970). */
  instant(value: string | number): string;
  time(value: string | number): string;
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  return useMemo(() => formatOf(i18n.language), [i18n.language]);
}

function formatOf(language: string): Format {
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const changes = new Intl.NumberFormat(language, { maximumFractionDigits: 3, signDisplay: 'exceptZero' });
  const instants = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  const times = new Intl.DateTimeFormat(language, { timeStyle: 'short' });
  return {
    percent: (value) => share.format(value),
    number: (value, digits = 3) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value),
    change: (value) => changes.format(value),
    instant: (value) => instants.format(new Date(value)),
    time: (value) => times.format(new Date(value)),
  };
}
