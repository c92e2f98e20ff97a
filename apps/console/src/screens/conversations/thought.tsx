import { useQueryClient } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../components/badge';
import { Empty } from '../../components/empty';
import { Panel } from '../../components/panel';
import { ShareBar } from '../../components/share-bar';
import { useRanking } from './queries';
import type { Message } from './types';

const TONES: Readonly<Record<'answer' | 'clarify' | 'handoff', Tone>> = { answer: 'positive', clarify: 'accent', handoff: 'warning' };

/** How a reply came about: intent, confidence against the thresholds, and what else may have been meant. */
export function Thought({ message }: { readonly message: Message | undefined }): ReactNode {
  const { t } = useTranslation();
  const ranking = useRanking();
  const queries = useQueryClient();
  const { reply, id } = message ?? {};
  // The thresholds are learnt anew as knowledge changes.
  useEffect(() => void queries.invalidateQueries({ queryKey: ['knowledge', 'ranking'] }), [queries, id]);
  return (
    <Panel title={t('conversations.thought.title')}>
      {reply === undefined ? (
        <Empty>{t('conversations.thought.empty')}</Empty>
      ) : (
        <>
          <dl className="facts">
            <dt>{t('conversations.thought.action')}</dt>
            <dd>
              <Badge tone={TONES[reply.action]}>{t(`conversations.thought.actions.${reply.action}`)}</Badge>
            </dd>
            <dt>{t('conversations.thought.intent')}</dt>
            <dd className="clip">{reply.intent ?? t('state.none')}</dd>
            {reply.handoff !== undefined && (
              <>
                <dt>{t('conversations.thought.reason')}</dt>
                <dd>{t(`conversations.thought.reasons.${reply.handoff.reason}`)}</dd>
              </>
            )}
            {ranking.data !== undefined && (
              <>
                <dt>{t('conversations.thought.model')}</dt>
                <dd className="clip">
                  <code>{ranking.data.modelVersion}</code>
                </dd>
              </>
            )}
          </dl>
          <ShareBar
            label={t('conversations.thought.confidence')}
            share={reply.confidence}
            {...(ranking.data === undefined
              ? {}
              : { threshold: { share: ranking.data.thresholds.answer, label: t('conversations.thought.answerThreshold') } })}
          />
          <h3>{t('conversations.thought.candidates')}</h3>
          {reply.alternatives.length === 0 ? (
            <p className="muted">{t('conversations.thought.noCandidates')}</p>
          ) : (
            reply.alternatives.map(({ entryId, question, probability }) => (
              <ShareBar key={entryId} label={question} share={probability} tone="neutral" />
            ))
          )}
        </>
      )}
    </Panel>
  );
}
