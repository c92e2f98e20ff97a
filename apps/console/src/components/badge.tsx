import type { ReactNode } from 'react';
import './badge.css';

export type Tone = 'plain' | 'accent' | 'positive' | 'negative' | 'warning';

/** A short word about the state of something. */
export function Badge({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }): ReactNode {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}
