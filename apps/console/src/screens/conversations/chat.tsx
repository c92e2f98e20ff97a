import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { ServiceProblem } from '../../api/problem';
import { Badge } from '../../components/badge';
import { Button } from '../../components/button';
import { Failure } from '../../components/failure';
import { Panel } from '../../components/panel';
import { Composer } from './composer';
import { MessageLog } from './message-log';
import { useConversationRecord } from './queries';
import { RecentConversations } from './recent-conversations';
import { SocketRefusal } from './socket-refusal';
import { Thought } from './thought';
import { useBeginning } from './use-beginning';
import { useConversation, type SocketState } from './use-conversation';

const PATH = '/conversations/chat/';

/** A conversation as the customer has it, and beside it what the service thought. The address names the conversation. */
export function Chat(): ReactNode {
  const { t } = useTranslation();
  const [location, navigate] = useLocation();
  const id = location.startsWith(PATH) ? location.slice(PATH.length) : undefined;
  const conversation = useConversation(id);
  const record = useConversationRecord(id);
  const beginning = useBeginning((begun) => navigate(PATH + begun));
  const [chosen, setChosen] = useState<string>();
  const say = (text: string): Promise<unknown> => {
    setChosen(undefined);
    if (id === undefined) return beginning.begin(text);
    conversation.say(text);
    return Promise.resolve();
  };
  const replies = conversation.messages.filter(({ reply }) => reply !== undefined);
  const shown = replies.find((message) => message.id === chosen) ?? replies.at(-1);
  const isGone = record.error instanceof ServiceProblem && record.error.status === 404;
  const isNew = id === undefined;
  return (
    <div className="columns columns-wide-first">
      <Panel
        title={t('conversations.chat.title')}
        actions={
          <>
            {!isNew && <LineBadge state={conversation.state} />}
            <Button small onPress={() => navigate('/conversations')} isDisabled={isNew}>
              {t('conversations.chat.new')}
            </Button>
          </>
        }
      >
        {isGone ? (
          <p>{t('conversations.chat.gone')}</p>
        ) : (
          <>
            <MessageLog
              conversation={conversation}
              beginning={isNew ? beginning.text : undefined}
              shown={shown?.id}
              onShow={setChosen}
              onChoose={say}
            />
            <Faults errors={[isNew ? beginning.error : null, record.error]} onRetry={() => void record.refetch()} />
            {!isNew && <SocketRefusal state={conversation.state} />}
            <Composer
              label={t('conversations.chat.message')}
              send={t('conversations.chat.send')}
              onSend={say}
              isPending={isNew && beginning.text !== undefined}
            />
          </>
        )}
      </Panel>
      <div className="stack">
        <Thought message={shown} />
        <RecentConversations current={id} />
      </div>
    </div>
  );
}

function LineBadge({ state }: { readonly state: SocketState }): ReactNode {
  const { t } = useTranslation();
  if (state === 'open') return <Badge tone="positive">{t('state.live')}</Badge>;
  return state === 'lost' ? <Badge tone="warning">{t('state.reconnecting')}</Badge> : null;
}

function Faults({ errors, onRetry }: { readonly errors: readonly (Error | null)[]; readonly onRetry: () => void }): ReactNode {
  return errors.map((error, place) => (error === null ? null : <Failure key={place} error={error} onRetry={onRetry} />));
}
