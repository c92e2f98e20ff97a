import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { customerService, dataOf } from '../../api/services';
import { Button } from '../../components/button';
import { Failure } from '../../components/failure';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { ShareBar } from '../../components/share-bar';
import { Composer } from './composer';
import { useHandoff } from './queries';
import { SocketRefusal } from './socket-refusal';
import { useConversation } from './use-conversation';
import type { Handoff } from './types';

interface HandoffDeskProps {
  readonly id: string;
  /** Name of the person who answers; empty where none was entered. */
  readonly agent: string;
}

type Step = 'claim' | 'return' | 'resolve';

/** Where a person takes a conversation over, answers, and gives it back. */
export function HandoffDesk({ id, agent }: HandoffDeskProps): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const handoff = useHandoff(id);
  const [draft, setDraft] = useState('');
  const refresh = (): void => void queries.invalidateQueries({ queryKey: ['handoffs'] });
  const path = { params: { path: { id } } };
  const move = useMutation({
    mutationFn: (step: Step) => {
      if (step === 'claim') return dataOf(customerService.POST('/v1/handoffs/{id}/claim', { ...path, body: { agent } }));
      if (step === 'return') return dataOf(customerService.POST('/v1/handoffs/{id}/return', { ...path, body: { agent } }));
      return dataOf(customerService.POST('/v1/handoffs/{id}/resolve', { ...path, body: { agent } }));
    },
    onSettled: refresh,
  });
  const reply = useMutation({
    mutationFn: (text: string) => dataOf(customerService.POST('/v1/handoffs/{id}/replies', { ...path, body: { agent, text } })),
    onSettled: refresh,
  });
  return (
    <Panel title={t('conversations.chat.title')}>
      <Loaded query={handoff}>
        {({ handoff: record, suggestions }) => (
          <>
            <Steps handoff={record} agent={agent} onStep={move.mutate} isPending={move.isPending} />
            {move.error !== null && <Failure error={move.error} />}
            <Transcript conversationId={record.conversationId} />
            {record.state === 'claimed' && (
              <>
                {suggestions.length > 0 && <h3>{t('conversations.handoffs.suggestions')}</h3>}
                {suggestions.map(({ entryId, question, answer, probability }) => (
                  <div key={entryId} className="list-item stack">
                    <ShareBar label={question} share={probability} tone="neutral" />
                    <p className="clip">{answer}</p>
                    <div className="row">
                      <Button small onPress={() => setDraft(answer)}>
                        {t('conversations.handoffs.take')}
                      </Button>
                    </div>
                  </div>
                ))}
                {reply.error !== null && <Failure error={reply.error} />}
                <Composer
                  label={t('conversations.handoffs.reply')}
                  send={t('conversations.handoffs.send')}
                  onSend={(text) => reply.mutateAsync(text)}
                  isDisabled={agent === ''}
                  isPending={reply.isPending}
                  text={draft}
                  onText={setDraft}
                />
              </>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

interface StepsProps {
  readonly handoff: Handoff;
  readonly agent: string;
  readonly onStep: (step: Step) => void;
  readonly isPending: boolean;
}

function Steps({ handoff, agent, onStep, isPending }: StepsProps): ReactNode {
  const { t } = useTranslation();
  if (handoff.state !== 'waiting' && handoff.state !== 'claimed')
    return <p className="muted">{t(`conversations.handoffs.states.${handoff.state}`)}</p>;
  const isDisabled = agent === '' || isPending;
  return (
    <div className="row">
      {handoff.state === 'waiting' ? (
        <Button look="primary" onPress={() => onStep('claim')} isDisabled={isDisabled}>
          {t('conversations.handoffs.claim')}
        </Button>
      ) : (
        <>
          <Button onPress={() => onStep('resolve')} isDisabled={isDisabled}>
            {t('conversations.handoffs.resolve')}
          </Button>
          <Button onPress={() => onStep('return')} isDisabled={isDisabled}>
            {t('conversations.handoffs.giveBack')}
          </Button>
        </>
      )}
      {agent === '' && <span className="muted small">{t('conversations.handoffs.nameFirst')}</span>}
    </div>
  );
}

function Transcript({ conversationId }: { readonly conversationId: string }): ReactNode {
  const { t } = useTranslation();
  const { messages, state } = useConversation(conversationId);
  return (
    <div className="message-log" role="log" aria-label={t('conversations.chat.log')} tabIndex={0}>
      <SocketRefusal state={state} />
      <ol className="messages">
        {messages.map(({ id, author, text }) => (
          <li key={id} className={`message message-${author}`}>
            <p className="message-author small muted">
              {author === 'customer' ? t('conversations.chat.customer') : t(`conversations.chat.authors.${author}`)}
            </p>
            <p className="message-text clip">{text}</p>
          </li>
        ))}
      </ol>
    </div>
  );
}
