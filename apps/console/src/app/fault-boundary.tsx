import { Component, type ReactNode } from 'react';
import i18next from 'i18next';
import { Failure } from '../components/failure';

interface FaultBoundaryProps {
  readonly children: ReactNode;
}

/** Keeps a fault of one screen from taking the whole page along. */
export class FaultBoundary extends Component<FaultBoundaryProps, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="stack">
        <p>{i18next.t('state.broken')}</p>
        <Failure error={error} onRetry={() => this.setState({ error: undefined })} />
      </div>
    );
  }
}
