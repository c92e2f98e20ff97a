import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Empty } from '../../components/empty';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { useRecentConversations } from './queries';

/** The latest conversations, each a link to itself. */
export function RecentConversations({ current }: { readonly current: string | undefined }): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  const conversations = useRecentConversations();
  return (
    <Panel title={t('conversations.chat.recent')}>
      <Loaded query={conversations}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>{t('conversations.chat.noRecent')}</Empty>
          ) : (
            <ul className="recent">
              {items.map(({ id, messages, updatedAt, channel }) => (
                <li key={id}>
                  <Link href={`/conversations/chat/${id}`} aria-current={id === current ? 'true' : undefined}>
                    {instant(updatedAt)}
                  </Link>{' '}
                  <span className="muted small">
                    {channel} · {t('conversations.chat.messages', { count: messages })}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
