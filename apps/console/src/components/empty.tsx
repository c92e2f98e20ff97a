import type { ReactNode } from 'react';
import './failure.css';

/** Says that there is nothing yet, and how something gets there. */
export function Empty({ children }: { readonly children: ReactNode }): ReactNode {
  return <p className="empty">{children}</p>;
}
