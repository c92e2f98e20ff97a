import { BookOpenText } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button';
import { DialogWindow } from '../../components/dialog-window';
import { Loaded } from '../../components/loaded';
import { useFormat } from '../../i18n/use-format';
import { useEntry, usePassages } from './queries';
import type { Citation } from './types';

/** What a reply cites; each opens. */
export function Sources({ citations }: { readonly citations: readonly Citation[] }): ReactNode {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<Citation>();
  return (
    <>
      {citations.map((citation) => (
        <Button key={`${citation.kind} ${citation.id} ${citation.heading ?? ''}`} small look="quiet" onPress={() => setOpened(citation)}>
          <BookOpenText size={14} aria-hidden /> {citation.title}
        </Button>
      ))}
      <DialogWindow
        title={opened?.title ?? t('conversations.source.title')}
        isOpen={opened !== undefined}
        onClose={() => setOpened(undefined)}
      >
        {opened !== undefined && <Source citation={opened} />}
      </DialogWindow>
    </>
  );
}

function Source({ citation: { kind, id, heading, url } }: { readonly citation: Citation }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="stack">
      {heading !== undefined && <p className="muted">{heading}</p>}
      {kind === 'entry' && <EntrySource id={id} />}
      {kind === 'passage' && <PassageSource id={id} heading={heading} />}
      {isWebAddress(url) && (
        <a href={url} target="_blank" rel="noreferrer">
          {t('conversations.source.open')}
        </a>
      )}
    </div>
  );
}

function EntrySource({ id }: { readonly id: string }): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  const entry = useEntry(id);
  return (
    <Loaded query={entry}>
      {({ answer, validUntil, tags }) => (
        <>
          <p className="pre clip">{answer}</p>
          <p className="muted small">{tags.join(', ')}</p>
          {validUntil !== undefined && (
            <p className="muted small">
              {t('conversations.source.validUntil')} {instant(validUntil)}
            </p>
          )}
        </>
      )}
    </Loaded>
  );
}

/** The passages under the heading that is cited; all of the document where it names none. */
function PassageSource({ id, heading }: { readonly id: string; readonly heading: string | undefined }): ReactNode {
  const passages = usePassages(id);
  return (
    <Loaded query={passages}>
      {({ items }) => {
        const cited = items.filter(({ headings }) => headings.join(' › ') === heading);
        return (cited.length === 0 ? items : cited).map(({ position, text }) => (
          <p key={position} className="pre clip">
            {text}
          </p>
        ));
      }}
    </Loaded>
  );
}

/** Addresses come from documents: one that is a script must not become a link. */
function isWebAddress(url: string | undefined): url is string {
  return url !== undefined && /^https?:\/\//i.test(url);
}
