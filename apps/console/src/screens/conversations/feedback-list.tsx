import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { customerService, dataOf } from '../../api/services';
import { Badge } from '../../components/badge';
import { Button } from '../../components/button';
import { Choice } from '../../components/choice';
import { Empty } from '../../components/empty';
import { Failure } from '../../components/failure';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { useFeedback, type FeedbackState } from './queries';
import type { Feedback } from './types';

const STATES = ['proposed', 'recorded', 'approved', 'rejected', 'all'] as const satisfies readonly (FeedbackState | 'all')[];
type Use = NonNullable<Feedback['use']>;

/** What customers said of replies; corrections wait here until somebody approves them. */
export function FeedbackList(): ReactNode {
  const { t } = useTranslation();
  const [state, setState] = useState<FeedbackState | 'all'>('all');
  const feedback = useFeedback(state);
  return (
    <Panel title={t('conversations.feedback.title')}>
      <div className="narrow">
        <Choice
          label={t('conversations.feedback.state')}
          value={state}
          onChange={setState}
          options={STATES.map((value) => ({
            value,
            text: value === 'all' ? t('conversations.feedback.all') : t(`conversations.feedback.states.${value}`),
          }))}
        />
      </div>
      <Paged query={feedback}>
        {(items) =>
          items.length === 0 ? (
            <Empty>{t('conversations.feedback.empty')}</Empty>
          ) : (
            <ul className="stack">
              {items.map((item) => (
                <li key={item.id} className="list-item stack">
                  <FeedbackItem feedback={item} />
                </li>
              ))}
            </ul>
          )
        }
      </Paged>
    </Panel>
  );
}

function FeedbackItem({ feedback }: { readonly feedback: Feedback }): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  const { question, rating, state, correction, note, conversationId, createdAt } = feedback;
  return (
    <>
      <div className="row spread">
        <Link href={`/conversations/chat/${conversationId}`} className="clip">
          {question}
        </Link>
        <span className="row">
          <Badge tone={rating === 'helpful' ? 'positive' : 'negative'}>{t(`conversations.feedback.ratings.${rating}`)}</Badge>
          <Badge tone={state === 'proposed' ? 'warning' : 'plain'}>{t(`conversations.feedback.states.${state}`)}</Badge>
        </span>
      </div>
      {correction !== undefined && (
        <dl className="facts small">
          {(['entryId', 'answer', 'intent'] as const).map((part) =>
            correction[part] === undefined ? null : (
              <Fact key={part} name={t(`conversations.feedback.${part === 'entryId' ? 'entry' : part}`)} value={correction[part]} />
            ),
          )}
        </dl>
      )}
      {note !== undefined && <p className="small clip">{note}</p>}
      <div className="row spread">
        <span className="muted small">{instant(createdAt)}</span>
        {state === 'proposed' && <Decision feedback={feedback} />}
      </div>
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd className="clip">{value}</dd>
    </>
  );
}

/** A correction that names an entry becomes a phrasing of it, one with an answer an entry, and one with an intent a row for training. */
function usesOf({ correction }: Feedback): Use[] {
  const uses: Use[] = [];
  if (correction?.entryId !== undefined) uses.push('phrasing');
  if (correction?.answer !== undefined) uses.push('entry');
  if (correction?.intent !== undefined) uses.push('training-row');
  return uses;
}

function Decision({ feedback }: { readonly feedback: Feedback }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const path = { params: { path: { id: feedback.id } } };
  const decide = useMutation({
    mutationFn: (use: Use | undefined) =>
      use === undefined
        ? dataOf(customerService.POST('/v1/feedback/{id}/reject', path))
        : dataOf(customerService.POST('/v1/feedback/{id}/approve', { ...path, body: { use } })),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['feedback'] });
      void queries.invalidateQueries({ queryKey: ['knowledge'] });
    },
  });
  return (
    <div className="row">
      {usesOf(feedback).map((use) => (
        <Button key={use} small look="primary" onPress={() => decide.mutate(use)} isDisabled={decide.isPending}>
          {t(`conversations.feedback.uses.${use}`)}
        </Button>
      ))}
      <Button small onPress={() => decide.mutate(undefined)} isDisabled={decide.isPending}>
        {t('conversations.feedback.reject')}
      </Button>
      {decide.error !== null && <Failure error={decide.error} />}
    </div>
  );
}
