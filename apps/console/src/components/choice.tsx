import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, Label, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** The label is for screen readers alone. */
  readonly hideLabel?: boolean;
  readonly isDisabled?: boolean;
}

/** One of several values, chosen from a list. */
export function Choice<Value extends string>({
  label,
  options,
  value,
  onChange,
  hideLabel = false,
  isDisabled = false,
}: ChoiceProps<Value>): ReactNode {
  return (
    <Select
      className="field"
      value={value}
      isDisabled={isDisabled}
      onChange={(key) => {
        const chosen = options.find((option) => option.value === key);
        if (chosen !== undefined) onChange(chosen.value);
      }}
      {...(hideLabel ? { 'aria-label': label } : {})}
    >
      {!hideLabel && <Label className="field-label">{label}</Label>}
      <Button className="field-input choice-button">
        <SelectValue className="choice-value" />
        <ChevronDown size={16} aria-hidden />
      </Button>
      <Popover className="choice-popover">
        <ListBox className="choice-list" items={options.map((option) => ({ ...option, id: option.value }))}>
          {({ id, text }) => (
            <ListBoxItem id={id} textValue={text} className="choice-option">
              {text}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
