import { useId, type ReactNode } from 'react';
import './panel.css';

interface PanelProps {
  readonly title: string;
  /** Beside the title, such as buttons. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A part of a screen under a heading of its own. */
export function Panel({ title, actions, children, className = '' }: PanelProps): ReactNode {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel-header">
        <h2 id={id}>{title}</h2>
        {actions !== undefined && <div className="panel-actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
