import { Headset } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button';
import { Empty } from '../../components/empty';
import { useFormat } from '../../i18n/use-format';
import type { ConversationView } from './conversation-messages';
import { RateReply } from './rate-reply';
import { Sources } from './sources';
import type { Message } from './types';

interface MessageLogProps {
  readonly conversation: ConversationView;
  /** The message that begins the conversation, while it is sent. */
  readonly beginning: string | undefined;
  /** The reply whose thought is shown. */
  readonly shown: string | undefined;
  readonly onShow: (id: string) => void;
  /** A choice of a question that asks what is meant. */
  readonly onChoose: (question: string) => unknown;
}

/** What was said, oldest first, as the customer sees it; the newest is kept in sight. */
export function MessageLog({ conversation, beginning, shown, onShow, onChoose }: MessageLogProps): ReactNode {
  const { t } = useTranslation();
  const { messages, unconfirmed, isTyping, refusal } = conversation;
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [messages, unconfirmed, isTyping, beginning]);
  const sending = [...unconfirmed.map(({ text }) => text), ...(beginning === undefined ? [] : [beginning])];
  if (messages.length + sending.length === 0 && refusal === undefined) return <Empty>{t('conversations.chat.empty')}</Empty>;
  const last = messages.at(-1);
  return (
    <div className="message-log" role="log" aria-label={t('conversations.chat.log')} tabIndex={0}>
      <ol className="messages">
        {messages.map((message) => (
          <ShownMessage key={message.id} message={message} isShown={message.id === shown} onShow={onShow}>
            {message === last && message.reply?.action === 'clarify' && <Choices message={message} onChoose={onChoose} />}
          </ShownMessage>
        ))}
        {sending.map((text, place) => (
          <li key={`${String(place)} ${text}`} className="message message-customer message-sending">
            <p className="message-text">{text}</p>
          </li>
        ))}
        {last?.reply?.action === 'handoff' && <li className="message-note small muted">{t('conversations.chat.waiting')}</li>}
        {(isTyping || beginning !== undefined) && <li className="message-note small muted">{t('conversations.chat.typing')}</li>}
        {refusal !== undefined && (
          <li className="message-note" role="alert">
            {t('conversations.chat.refused', { detail: refusal })}
          </li>
        )}
      </ol>
      <div ref={end} className="message-end" />
    </div>
  );
}

interface ShownMessageProps {
  readonly message: Message;
  readonly isShown: boolean;
  readonly onShow: (id: string) => void;
  readonly children: ReactNode;
}

function ShownMessage({ message, isShown, onShow, children }: ShownMessageProps): ReactNode {
  const { t } = useTranslation();
  const { time } = useFormat();
  const { id, author, text, createdAt, reply } = message;
  return (
    <li className={`message message-${author}${isShown ? ' is-shown' : ''}`}>
      <p className="message-author small muted">
        {author === 'person' && <Headset size={13} aria-hidden />} {t(`conversations.chat.authors.${author}`)} · {time(createdAt)}
      </p>
      <p className="message-text clip">{text}</p>
      {children}
      {reply !== undefined && (
        <div className="message-actions">
          <Sources citations={reply.citations} />
          <RateReply message={message} />
          {!isShown && (
            <Button small look="quiet" onPress={() => onShow(id)}>
              {t('conversations.chat.inspect')}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

function Choices({ message, onChoose }: { readonly message: Message; readonly onChoose: (question: string) => unknown }): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="message-choices" role="group" aria-label={t('conversations.chat.choose')}>
      {message.reply?.alternatives.map(({ entryId, question }) => (
        <Button key={entryId} small onPress={() => onChoose(question)}>
          {question}
        </Button>
      ))}
    </div>
  );
}
