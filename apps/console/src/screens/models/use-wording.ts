import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { modelsEnglish } from '../../i18n/models-english';

/** How figures and amounts of this screen are written. */
export interface Wording {
  /** With three digits after the point, or `–` where there is none. */
  figure(value: number | null | undefined): string;
  /** With its sign. */
  change(value: number): string;
  /** Such as `2 min 5 s`. */
  duration(seconds: number): string;
  /** Such as `1.2 MB`. */
  bytes(count: number): string;
  /** Name of a figure, with that of its task in front where one is given. */
  nameOf(figure: string, task?: string): string;
  phase(name: string): string;
  taskKind(task: string): string;
}

export function useWording(): Wording {
  const { t, i18n } = useTranslation();
  return useMemo(() => {
    const digits = { minimumFractionDigits: 3, maximumFractionDigits: 3 };
    const fixed = new Intl.NumberFormat(i18n.language, digits);
    const signed = new Intl.NumberFormat(i18n.language, { ...digits, signDisplay: 'exceptZero' });
    const unit = (name: string, value: number, most = 0): string =>
      new Intl.NumberFormat(i18n.language, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: most }).format(value);
    return {
      figure: (value) => (value === undefined || value === null ? '–' : fixed.format(value)),
      change: (value) => signed.format(value),
      duration: (seconds) => {
        const whole = Math.max(0, Math.round(seconds));
        const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60)];
        if (hours > 0) return `${unit('hour', hours)} ${unit('minute', minutes)}`;
        return minutes > 0 ? `${unit('minute', minutes)} ${unit('second', whole % 60)}` : unit('second', whole);
      },
      bytes: (count) => {
        if (count < 1_000) return unit('byte', count);
        return count < 1_000_000 ? unit('kilobyte', count / 1_000, 1) : unit('megabyte', count / 1_000_000, 1);
      },
      nameOf: (figure, task) => {
        const name = isKey(modelsEnglish.figures, figure) ? t(`models.figures.${figure}`) : figure;
        return task === undefined ? name : `${task}: ${name}`;
      },
      phase: (name) => (isKey(modelsEnglish.phases, name) ? t(`models.phases.${name}`) : name),
      taskKind: (task) => (isKey(modelsEnglish.taskKinds, task) ? t(`models.taskKinds.${task}`) : task),
    };
  }, [t, i18n.language]);
}

function isKey<Known extends object>(known: Known, name: string): name is Extract<keyof Known, string> {
  return Object.hasOwn(known, name);
}
