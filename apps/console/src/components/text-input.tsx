import type { ReactNode } from 'react';
import { FieldError, Input, Label, Text, TextArea, TextField, type TextFieldProps } from 'react-aria-components';

interface TextInputProps extends Omit<TextFieldProps, 'children' | 'className' | 'style'> {
  readonly label: string;
  readonly description?: string | undefined;
  readonly placeholder?: string | undefined;
  /** What is wrong, shown while the field is invalid. */
  readonly error?: string | undefined;
  /** Lines that are shown; 1 cannot be broken. */
  readonly rows?: number;
}

/** A field for text with its label. */
export function TextInput({ label, description, placeholder, error, rows = 1, ...props }: TextInputProps): ReactNode {
  return (
    <TextField {...props} className="field">
      <Label className="field-label">{label}</Label>
      {rows === 1 ? (
        <Input className="field-input" placeholder={placeholder} />
      ) : (
        <TextArea className="field-input" rows={rows} placeholder={placeholder} />
      )}
      {description !== undefined && (
        <Text slot="description" className="small muted">
          {description}
        </Text>
      )}
      <FieldError className="field-error small">{error}</FieldError>
    </TextField>
  );
}
