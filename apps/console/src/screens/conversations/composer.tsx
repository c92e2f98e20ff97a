import { Send } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Form, Input, TextField } from 'react-aria-components';
import { Button } from '../../components/button';

interface ComposerProps {
  readonly label: string;
  readonly send: string;
  /** What it returns settles when the message was sent or refused; what was refused stays where it was written. */
  readonly onSend: (text: string) => Promise<unknown>;
  readonly isDisabled?: boolean;
  readonly isPending?: boolean;
  readonly text?: string;
  readonly onText?: (text: string) => void;
}

/** Where a message is written. Its text can be held outside, so that a suggestion may be put there. */
export function Composer({ label, send, onSend, isPending = false, isDisabled = false, text, onText }: ComposerProps): ReactNode {
  const [own, setOwn] = useState('');
  const value = text ?? own;
  const change = onText ?? setOwn;
  return (
    <Form
      className="row composer"
      onSubmit={(event) => {
        event.preventDefault();
        if (value.trim() === '' || isPending || isDisabled) return;
        void onSend(value.trim()).then(
          () => change(''),
          () => undefined,
        );
      }}
    >
      <TextField aria-label={label} value={value} onChange={change} className="field field-grow" maxLength={4_000}>
        <Input className="field-input" placeholder={label} autoComplete="off" />
      </TextField>
      <Button type="submit" look="primary" isPending={isPending} isDisabled={isDisabled}>
        <Send size={16} aria-hidden /> {send}
      </Button>
    </Form>
  );
}
