import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Checkbox as AriaCheckbox, type CheckboxProps as AriaCheckboxProps } from 'react-aria-components';
import './checkbox.css';

interface CheckboxProps extends Omit<AriaCheckboxProps, 'className' | 'style' | 'children'> {
  readonly children: ReactNode;
}

/** Something that holds or not. */
export function Checkbox({ children, ...props }: CheckboxProps): ReactNode {
  return (
    <AriaCheckbox {...props} className="checkbox">
      <span className="checkbox-box" aria-hidden>
        <Check size={14} className="checkbox-mark" />
      </span>
      {children}
    </AriaCheckbox>
  );
}
