import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface ScreenProps {
  readonly title: string;
  readonly description?: string;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** What a screen is laid out in: its title, what it is for, and its panels. The title of the document follows. */
export function Screen({ title, description, actions, children }: ScreenProps): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="screen">
      <title>{`${title} · ${t('app.name')}`}</title>
      <header className="screen-header">
        <div>
          <h1>{title}</h1>
          {description !== undefined && <p className="muted">{description}</p>}
        </div>
        {actions !== undefined && <div className="panel-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
