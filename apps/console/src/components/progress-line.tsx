import type { ReactNode } from 'react';
import { Label, ProgressBar } from 'react-aria-components';
import { useFormat } from '../i18n/use-format';
import './progress-line.css';

interface ProgressLineProps {
  readonly label: string;
  /** Of 1; undefined where it is not known. */
  readonly share: number | undefined;
}

/** How far something is. What is not done whole is not told as such. */
export function ProgressLine({ label, share }: ProgressLineProps): ReactNode {
  const { percent } = useFormat();
  const told = share === undefined ? undefined : percent(Math.floor(share * 1_000) / 1_000);
  return (
    <ProgressBar
      className="progress"
      value={(share ?? 0) * 100}
      isIndeterminate={share === undefined}
      {...(told === undefined ? {} : { valueLabel: told })}
    >
      <Label>{label}</Label>
      <span className="number">{told}</span>
      <svg className="progress-track" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden>
        <rect className="progress-rest" width="100" height="8" />
        <rect className="progress-share" width={(share ?? 0) * 100} height="8" />
      </svg>
    </ProgressBar>
  );
}
