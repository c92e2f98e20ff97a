import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Screen } from '../../components/screen';
import { ScreenTabs } from '../../components/screen-tabs';
import { Chat } from './chat';
import { DocumentList } from './document-list';
import { FeedbackList } from './feedback-list';
import { GapList } from './gap-list';
import { HandoffQueue } from './handoff-queue';
import { Knowledge } from './knowledge';
import './conversations.css';

/** Conversations with the customer service, and what is done about them. */
export default function ConversationsScreen(): ReactNode {
  const { t } = useTranslation();
  return (
    <Screen title={t('app.conversations')} description={t('conversations.description')}>
      <ScreenTabs
        label={t('app.conversations')}
        path="/conversations"
        tabs={[
          { id: 'chat', title: t('conversations.tabs.chat'), content: () => <Chat /> },
          { id: 'handoffs', title: t('conversations.tabs.handoffs'), content: () => <HandoffQueue /> },
          { id: 'gaps', title: t('conversations.tabs.gaps'), content: () => <GapList /> },
          { id: 'feedback', title: t('conversations.tabs.feedback'), content: () => <FeedbackList /> },
          { id: 'knowledge', title: t('conversations.tabs.knowledge'), content: () => <Knowledge /> },
          { id: 'documents', title: t('conversations.tabs.documents'), content: () => <DocumentList /> },
        ]}
      />
    </Screen>
  );
}
