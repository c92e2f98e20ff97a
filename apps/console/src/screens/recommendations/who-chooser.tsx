import { UserPlus } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Form } from 'react-aria-components';
import { Button } from '../../components/button';
import { Panel } from '../../components/panel';
import { RadioChoices } from '../../components/radio-choices';
import { TextInput } from '../../components/text-input';
import { inventReader, useRemembered } from './readers';
import { SessionItems } from './session-items';
import { isId, type Who } from './who';

interface WhoChooserProps {
  readonly who: Who | undefined;
  readonly onChoose: (who: Who) => void;
}

/** Asks whom a list is for: a reader, or somebody of whom only a session is known. */
export function WhoChooser({ who, onChoose }: WhoChooserProps): ReactNode {
  const { t } = useTranslation();
  const [kind, setKind] = useFollowing(who?.kind ?? 'reader');
  const choices = (['reader', 'session'] as const).map((value) => ({ value, text: t(`recommendations.who.${value}`) }));
  return (
    <Panel
      title={t('recommendations.who.title')}
      actions={
        <RadioChoices
          label={t('recommendations.who.kind')}
          options={choices}
          value={kind}
          onChange={(next) => {
            setKind(next);
            if (next === 'session') onChoose({ kind: 'session', items: [] });
          }}
        />
      }
    >
      {kind === 'reader' ? (
        <ReaderForm id={who?.kind === 'reader' ? who.id : ''} onChoose={onChoose} />
      ) : (
        <SessionItems items={who?.kind === 'session' ? who.items : []} onChoose={onChoose} />
      )}
    </Panel>
  );
}

/** A state that turns to a value whenever that changes, such as by another address. */
function useFollowing<Value>(value: Value): readonly [Value, (value: Value) => void] {
  const [state, setState] = useState(value);
  const [followed, setFollowed] = useState(value);
  if (value !== followed) {
    setFollowed(value);
    setState(value);
  }
  return [state, setState];
}

function ReaderForm({ id, onChoose }: { readonly id: string; readonly onChoose: (who: Who) => void }): ReactNode {
  const { t } = useTranslation();
  const { readers } = useRemembered();
  const [text, setText] = useFollowing(id);
  const [wrong, setWrong] = useState(false);
  const hint = useId();
  const choose = (reader: string): void => {
    setText(reader);
    setWrong(!isId(reader));
    if (isId(reader)) onChoose({ kind: 'reader', id: reader });
  };
  return (
    <>
      <Form
        className="row row-end"
        onSubmit={(event) => {
          event.preventDefault();
          choose(text.trim());
        }}
      >
        <div className="field-grow">
          <TextInput
            label={t('recommendations.who.id')}
            placeholder="reader-032"
            value={text}
            isInvalid={wrong}
            aria-describedby={hint}
            autoComplete="off"
            spellCheck="false"
            onChange={(next) => {
              setText(next);
              setWrong(false);
            }}
          />
        </div>
        <Button type="submit" look="primary">
          {t('recommendations.who.show')}
        </Button>
        <Button onPress={() => choose(inventReader())}>
          <UserPlus size={16} aria-hidden /> {t('recommendations.who.invent')}
        </Button>
      </Form>
      <p id={hint} className={wrong ? 'small field-error' : 'small muted'} role={wrong ? 'alert' : undefined}>
        {t(wrong ? 'recommendations.who.idFault' : 'recommendations.who.idHint')}
      </p>
      {readers.length > 0 && (
        <div className="row" role="group" aria-label={t('recommendations.who.before')}>
          <span className="small muted" aria-hidden>
            {t('recommendations.who.before')}
          </span>
          {readers.map((reader) => (
            <Button key={reader} small look={reader === id ? 'plain' : 'quiet'} onPress={() => choose(reader)}>
              {reader}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}
