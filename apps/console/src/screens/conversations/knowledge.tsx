import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { SearchField, Input, Label } from 'react-aria-components';
import { Badge } from '../../components/badge';
import { Button } from '../../components/button';
import { Empty } from '../../components/empty';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { DeleteEntry } from './delete-entry';
import { EntryDialog } from './entry-dialog';
import { KnowledgeTransfer } from './knowledge-transfer';
import { useEntries } from './queries';
import { TryQuestion } from './try-question';
import type { Entry, EntryInput } from './types';

/** What the service knows: entries to search, write, import, and try questions on. */
export function Knowledge(): ReactNode {
  const { t } = useTranslation();
  const entries = useEntries();
  const [words, setWords] = useState('');
  const { hasNextPage, isFetching, isError, fetchNextPage } = entries;
  // What is looked for may be on any page.
  const readsOn = words.trim() !== '' && hasNextPage && !isFetching && !isError;
  useEffect(() => {
    if (readsOn) void fetchNextPage();
  }, [readsOn, fetchNextPage]);
  const [edited, setEdited] = useState<Partial<EntryInput> & { id?: string }>();
  return (
    <div className="columns columns-wide-first">
      <Panel
        title={t('conversations.knowledge.title')}
        actions={
          <Button small look="primary" onPress={() => setEdited({})}>
            {t('conversations.knowledge.add')}
          </Button>
        }
      >
        <SearchField className="field" value={words} onChange={setWords}>
          <Label className="field-label">{t('conversations.knowledge.find')}</Label>
          <Input className="field-input" />
        </SearchField>
        <Paged query={entries}>
          {(all) => {
            const found = all.filter((entry) => hasWords(entry, words));
            if (found.length === 0)
              return <Empty>{all.length === 0 ? t('conversations.knowledge.empty') : t('conversations.knowledge.nothing')}</Empty>;
            return (
              <ul className="stack">
                {found.map((entry) => (
                  <li key={entry.id} className="list-item stack">
                    <EntryItem entry={entry} onEdit={() => setEdited(entry)} />
                  </li>
                ))}
              </ul>
            );
          }}
        </Paged>
      </Panel>
      <div className="stack">
        <TryQuestion />
        <KnowledgeTransfer />
      </div>
      <EntryDialog entry={edited} onClose={() => setEdited(undefined)} />
    </div>
  );
}

function EntryItem({ entry, onEdit }: { readonly entry: Entry; readonly onEdit: () => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <strong className="clip">{entry.question}</strong>
      <p className="clip muted">{entry.answer}</p>
      <div className="row spread">
        <span className="row">
          {entry.intent !== undefined && <Badge tone="accent">{entry.intent}</Badge>}
          {entry.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
          {entry.locale !== undefined && <Badge>{entry.locale}</Badge>}
        </span>
        <span className="row">
          <Button small onPress={onEdit} aria-label={`${t('state.edit')}: ${entry.question}`}>
            {t('state.edit')}
          </Button>
          <DeleteEntry entry={entry} />
        </span>
      </div>
    </>
  );
}

/** Whether an entry has each of the words, whatever their case. */
function hasWords({ question, answer, phrasings, intent, tags }: Entry, words: string): boolean {
  const text = [question, answer, ...phrasings, intent ?? '', ...tags].join('\n').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
