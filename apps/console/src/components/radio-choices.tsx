import type { ReactNode } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';
import './toggles.css';

interface RadioChoicesProps<Value extends string> {
  /** For screen readers. */
  readonly label: string;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** One of a few words that stand side by side. */
export function RadioChoices<Value extends string>({ label, options, value, onChange }: RadioChoicesProps<Value>): ReactNode {
  return (
    <RadioGroup
      className="segments"
      aria-label={label}
      orientation="horizontal"
      value={value}
      onChange={(key) => {
        const chosen = options.find((option) => option.value === key);
        if (chosen !== undefined) onChange(chosen.value);
      }}
    >
      {options.map((option) => (
        <Radio key={option.value} value={option.value} className="segment">
          {option.text}
        </Radio>
      ))}
    </RadioGroup>
  );
}
