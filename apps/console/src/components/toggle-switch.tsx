import type { ReactNode } from 'react';
import { Switch } from 'react-aria-components';
import './toggles.css';

interface ToggleSwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** Something that is on or off. */
export function ToggleSwitch({ label, isOn, onChange }: ToggleSwitchProps): ReactNode {
  return (
    <Switch className="toggle-switch" isSelected={isOn} onChange={onChange}>
      <span className="toggle-switch-track" aria-hidden>
        <span className="toggle-switch-thumb" />
      </span>
      {label}
    </Switch>
  );
}
