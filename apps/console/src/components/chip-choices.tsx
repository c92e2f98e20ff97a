import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Checkbox, CheckboxGroup, Label } from 'react-aria-components';
import './toggles.css';

interface ChipChoicesProps {
  readonly label: string;
  readonly options: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Any number of several words, each a chip to press. */
export function ChipChoices({ label, options, chosen, onChange }: ChipChoicesProps): ReactNode {
  return (
    <CheckboxGroup className="field" value={[...chosen]} onChange={onChange}>
      <Label className="field-label">{label}</Label>
      <div className="chips">
        {options.map((option) => (
          <Checkbox key={option} value={option} className="chip">
            {({ isSelected }) => (
              <>
                {isSelected && <Check size={13} aria-hidden />}
                {option}
              </>
            )}
          </Checkbox>
        ))}
      </div>
    </CheckboxGroup>
  );
}
