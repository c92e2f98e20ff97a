import { useId, type ReactNode } from 'react';
import { useFormat } from '../i18n/use-format';
import './share-bar.css';

interface ShareBarProps {
  readonly label: string;
  /** Of 1. */
  readonly share: number;
  /** Where a decision is made, of 1. */
  readonly threshold?: { readonly share: number; readonly label: string };
  readonly tone?: 'accent' | 'positive' | 'negative' | 'neutral';
}

/** A share or probability as a bar with its figure, and the threshold it is held against. */
export function ShareBar({ label, share, threshold, tone = 'accent' }: ShareBarProps): ReactNode {
  const { percent } = useFormat();
  const id = useId();
  return (
    <div className="share-bar">
      <span id={id} className="clip">
        {label}
      </span>
      <span className="number">{percent(share)}</span>
      <svg
        className={`share-bar-track share-bar-${tone}`}
        viewBox="0 0 100 8"
        preserveAspectRatio="none"
        role="meter"
        aria-labelledby={id}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={Math.round(share * 1_000) / 1_000}
        aria-valuetext={percent(share)}
      >
        <rect className="share-bar-rest" width="100" height="8" />
        <rect className="share-bar-share" width={Math.max(0, Math.min(1, share)) * 100} height="8" />
        {threshold !== undefined && <rect className="share-bar-threshold" x={threshold.share * 100 - 0.4} width="0.8" height="8" />}
      </svg>
      {threshold !== undefined && (
        <span className="share-bar-note small muted">
          {threshold.label}: {percent(threshold.share)}
        </span>
      )}
    </div>
  );
}
