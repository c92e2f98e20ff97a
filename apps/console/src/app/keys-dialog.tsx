import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Form } from 'react-aria-components';
import { SERVICES, setKeys, useKeys, type Keys, type ServiceName } from '../api/keys';
import { pageState } from '../api/page-state';
import { Button } from '../components/button';
import { DialogWindow } from '../components/dialog-window';
import { TextInput } from '../components/text-input';

const isOpen = pageState(false);

/** Asks for the API keys. */
export function openKeys(): void {
  isOpen.set(true);
}

/** Asks for API keys when something opened it. */
export function KeysDialog(): ReactNode {
  const { t } = useTranslation();
  const open = isOpen.use();
  return (
    <DialogWindow title={t('keys.title')} isOpen={open} onClose={() => isOpen.set(false)}>
      <KeysForm onDone={() => isOpen.set(false)} />
    </DialogWindow>
  );
}

function KeysForm({ onDone }: { readonly onDone: () => void }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const used = useKeys();
  const [common, setCommon] = useState('');
  const [own, setOwn] = useState<Keys>({});
  const use = (): void => {
    // What is entered wins over what was used, so that a wrong key can be replaced.
    setKeys(Object.fromEntries(SERVICES.map((service) => [service, own[service]?.trim() || common.trim() || (used[service] ?? '')])));
    void queries.resetQueries();
    onDone();
  };
  return (
    <Form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        use();
      }}
    >
      <p className="muted">{t('keys.explanation')}</p>
      <TextInput label={t('keys.all')} type="password" autoComplete="off" value={common} onChange={setCommon} autoFocus />
      {SERVICES.map((service: ServiceName) => (
        <TextInput
          key={service}
          label={t('keys.own', { service: t(`app.services.${service}`) })}
          type="password"
          autoComplete="off"
          value={own[service] ?? ''}
          onChange={(key) => setOwn({ ...own, [service]: key })}
        />
      ))}
      <div className="row">
        <Button type="submit" look="primary">
          {t('keys.use')}
        </Button>
      </div>
    </Form>
  );
}
