import type { ReactNode } from 'react';
import { Choice } from '../../components/choice';

/** No name has a space at its beginning. */
const NONE = ' none';

interface OptionalChoiceProps {
  readonly label: string;
  /** What the choice of none is called. */
  readonly none: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}

/** One of several values, or none of them. */
export function OptionalChoice({ label, none, options, value, onChange }: OptionalChoiceProps): ReactNode {
  return (
    <Choice
      label={label}
      value={value ?? NONE}
      onChange={(chosen) => onChange(chosen === NONE ? undefined : chosen)}
      options={[{ value: NONE, text: none }, ...options]}
    />
  );
}
