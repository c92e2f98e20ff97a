import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { customerService, dataOf } from '../../api/services';
import { Badge } from '../../components/badge';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { ShareBar } from '../../components/share-bar';
import { Composer } from './composer';
import { useRanking } from './queries';
import { Understood } from './understood';

/** What the service would find for a question, without a conversation. */
export function TryQuestion(): ReactNode {
  const { t, i18n } = useTranslation();
  const [question, setQuestion] = useState<string>();
  const thresholds = useRanking().data?.thresholds;
  const found = useQuery({
    queryKey: ['knowledge', 'search', question, i18n.language],
    enabled: question !== undefined,
    queryFn: () =>
      dataOf(customerService.GET('/v1/knowledge/search', { params: { query: { text: question ?? '', limit: 5, locale: i18n.language } } })),
  });
  return (
    <Panel title={t('conversations.knowledge.try')}>
      <p className="muted">{t('conversations.knowledge.tryHint')}</p>
      <Composer
        label={t('conversations.knowledge.question')}
        send={t('conversations.knowledge.try')}
        onSend={(text) => {
          setQuestion(text);
          return Promise.resolve();
        }}
      />
      {question !== undefined && (
        <Loaded query={found}>
          {({ results }) => (
            <div className="stack" role="status">
              <p className="clip">
                <strong>{question}</strong>
              </p>
              {results.length === 0 && <p className="muted">{t('conversations.knowledge.noResult')}</p>}
              {thresholds !== undefined && results.length > 0 && <Outcome probability={results[0].probability} thresholds={thresholds} />}
              {results.map(({ entryId, question: candidate, probability }) => (
                <ShareBar
                  key={entryId}
                  label={candidate}
                  share={probability}
                  {...(thresholds === undefined
                    ? {}
                    : { threshold: { share: thresholds.answer, label: t('conversations.thought.answerThreshold') } })}
                />
              ))}
            </div>
          )}
        </Loaded>
      )}
      {question !== undefined && <Understood text={question} />}
    </Panel>
  );
}

interface OutcomeProps {
  readonly probability: number;
  readonly thresholds: { readonly answer: number; readonly clarify: number };
}

function Outcome({ probability, thresholds }: OutcomeProps): ReactNode {
  const { t } = useTranslation();
  if (probability >= thresholds.answer) return <Badge tone="positive">{t('conversations.knowledge.wouldAnswer')}</Badge>;
  if (probability >= thresholds.clarify) return <Badge tone="accent">{t('conversations.knowledge.wouldAsk')}</Badge>;
  return <Badge tone="warning">{t('conversations.knowledge.wouldNot')}</Badge>;
}
