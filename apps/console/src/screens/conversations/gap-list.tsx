import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { customerService, dataOf } from '../../api/services';
import { Badge } from '../../components/badge';
import { Button } from '../../components/button';
import { Empty } from '../../components/empty';
import { Failure } from '../../components/failure';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { EntryDialog } from './entry-dialog';
import { useGaps } from './queries';
import type { Gap } from './types';

/** Questions that found no answer, most asked first: each becomes an entry, or is closed. */
export function GapList(): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  const queries = useQueryClient();
  const gaps = useGaps();
  const [writing, setWriting] = useState<Gap>();
  const close = useMutation({
    mutationFn: ({ id, entryId }: { id: string; entryId?: string }) =>
      dataOf(customerService.POST('/v1/gaps/{id}/close', { params: { path: { id } }, body: entryId === undefined ? {} : { entryId } })),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['gaps'] }),
  });
  return (
    <Panel title={t('conversations.gaps.title')}>
      {close.error !== null && <Failure error={close.error} />}
      <Loaded query={gaps}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>{t('conversations.gaps.empty')}</Empty>
          ) : (
            <ul className="stack">
              {items.map((gap) => (
                <li key={gap.id} className="list-item stack">
                  <div className="row spread">
                    <strong className="clip">{gap.question}</strong>
                    <Badge tone="warning">{t('conversations.gaps.asked', { count: gap.asked })}</Badge>
                  </div>
                  {gap.examples.length > 0 && (
                    <p className="muted small clip">
                      {t('conversations.gaps.examples')}: {gap.examples.join(' · ')}
                    </p>
                  )}
                  <div className="row spread">
                    <span className="muted small">{t('conversations.gaps.last', { at: instant(gap.lastAskedAt) })}</span>
                    <span className="row">
                      <Button small look="primary" onPress={() => setWriting(gap)}>
                        {t('conversations.gaps.write')}
                      </Button>
                      <Button small onPress={() => close.mutate({ id: gap.id })} isDisabled={close.isPending}>
                        {t('conversations.gaps.close')}
                      </Button>
                    </span>
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <EntryDialog
        entry={
          writing === undefined
            ? undefined
            : { question: writing.question, answer: '', phrasings: writing.examples.filter((text) => text !== writing.question) }
        }
        onClose={() => setWriting(undefined)}
        onSaved={({ id: entryId }) => {
          if (writing !== undefined) close.mutate({ id: writing.id, entryId });
        }}
      />
    </Panel>
  );
}
