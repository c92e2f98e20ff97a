import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FileTrigger } from 'react-aria-components';
import { sendFile } from '../../api/send-file';
import { customerService, dataOf } from '../../api/services';
import { Button } from '../../components/button';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { DialogWindow } from '../../components/dialog-window';
import { Empty } from '../../components/empty';
import { Failure } from '../../components/failure';
import { Loaded } from '../../components/loaded';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { ProgressLine } from '../../components/progress-line';
import { useFormat } from '../../i18n/use-format';
import { useDocuments, usePassages } from './queries';
import type { KnowledgeDocument } from './types';

/** What a file is, by the end of its name. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  html: 'text/html',
  htm: 'text/html',
  pdf: 'application/pdf',
  txt: 'text/plain',
};

/** Documents whose passages the service quotes. */
export function DocumentList(): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const documents = useDocuments();
  const [share, setShare] = useState(0);
  const upload = useMutation({
    mutationFn: (file: File) => {
      const type = MEDIA_TYPES[file.name.split('.').at(-1)?.toLowerCase() ?? ''];
      if (type === undefined) throw new Error(t('conversations.documents.unreadable'));
      const query = new URLSearchParams({ title: file.name.replace(/\.[^.]+$/, '') });
      setShare(0);
      const path = `/v1/documents?${query.toString()}`;
      return sendFile({ service: 'customer-service', path, file, mediaType: type, onProgress: setShare });
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['documents'] }),
  });
  return (
    <Panel
      title={t('conversations.documents.title')}
      actions={
        <FileTrigger
          acceptedFileTypes={Object.keys(MEDIA_TYPES).map((end) => `.${end}`)}
          onSelect={(files) => {
            const file = files?.[0];
            if (file !== undefined) upload.mutate(file);
          }}
        >
          <Button small look="primary" isPending={upload.isPending}>
            {t('conversations.documents.upload')}
          </Button>
        </FileTrigger>
      }
    >
      {upload.isPending && <ProgressLine label={t(share < 1 ? 'state.sending' : 'state.sent')} share={share} />}
      {upload.error !== null && <Failure error={upload.error} />}
      <Paged query={documents}>
        {(items) =>
          items.length === 0 ? (
            <Empty>{t('conversations.documents.empty')}</Empty>
          ) : (
            <ul className="stack">
              {items.map((document) => (
                <li key={document.id} className="list-item row spread">
                  <DocumentItem document={document} />
                </li>
              ))}
            </ul>
          )
        }
      </Paged>
    </Panel>
  );
}

function DocumentItem({ document: { id, title, passages, updatedAt, mediaType } }: { readonly document: KnowledgeDocument }): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  const queries = useQueryClient();
  const [shown, setShown] = useState<'passages' | 'delete'>();
  const close = (): void => setShown(undefined);
  const remove = useMutation({
    mutationFn: () => dataOf(customerService.DELETE('/v1/documents/{id}', { params: { path: { id } } })),
    onSuccess: () => {
      close();
      void queries.invalidateQueries({ queryKey: ['documents'] });
    },
  });
  return (
    <>
      <div className="stack">
        <strong className="clip">{title}</strong>
        <span className="muted small">
          {mediaType} · {t('conversations.documents.passages', { count: passages })} · {instant(updatedAt)}
        </span>
      </div>
      <div className="row">
        <Button small onPress={() => setShown('passages')} aria-label={t('conversations.documents.open', { title })}>
          {t('conversations.source.passages')}
        </Button>
        <Button small look="danger" onPress={() => setShown('delete')} aria-label={t('conversations.documents.delete', { title })}>
          {t('state.delete')}
        </Button>
      </div>
      <DialogWindow title={title} isOpen={shown === 'passages'} onClose={close}>
        <Passages id={id} />
      </DialogWindow>
      <ConfirmDialog
        title={t('conversations.documents.deleteTitle')}
        action={t('state.delete')}
        isOpen={shown === 'delete'}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={close}
      >
        <p className="clip">{title}</p>
      </ConfirmDialog>
    </>
  );
}

function Passages({ id }: { readonly id: string }): ReactNode {
  const passages = usePassages(id);
  return (
    <Loaded query={passages}>
      {({ items }) =>
        items.map(({ position, headings, text }) => (
          <section key={position} className="stack">
            {headings.length > 0 && <h3>{headings.join(' › ')}</h3>}
            <p className="pre clip">{text}</p>
          </section>
        ))
      }
    </Loaded>
  );
}
