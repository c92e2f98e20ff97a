import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { dataOf, sentimentMonitor } from '../../api/services';
import { Button } from '../../components/button';
import { Failure } from '../../components/failure';
import { SENTIMENT_LABELS, type ScoredText, type SentimentLabel } from './types';

interface CorrectTextsProps {
  readonly documentId: string;
  readonly watchId: string;
  readonly texts: readonly ScoredText[];
}

/** The texts that were scored for a watch, each with the labels that it may be given instead. */
export function CorrectTexts({ documentId, watchId, texts }: CorrectTextsProps): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const say = useMutation({
    mutationFn: (said: { text: number; label: SentimentLabel }) =>
      dataOf(sentimentMonitor.POST('/v1/feedback', { body: { documentId, watchId, ...said } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['documents', documentId] }),
  });
  return (
    <div className="stack">
      <h4>{t('sentiment.correct.title')}</h4>
      <p className="small muted">{t('sentiment.correct.explanation')}</p>
      {texts.map(({ text, entity, correctedTo }, place) => (
        <div key={place} className="stack" role="group" aria-label={t('sentiment.correct.of', { text })}>
          {texts.length > 1 && <p className="small clip">{text}</p>}
          <div className="row">
            {entity !== undefined && <span className="small muted">{t('sentiment.correct.about', { entity })}</span>}
            {SENTIMENT_LABELS.map((label) => (
              <Button
                key={label}
                small
                look={label === correctedTo ? 'primary' : 'plain'}
                onPress={() => say.mutate({ text: place, label })}
                isDisabled={say.isPending || label === correctedTo}
              >
                {t(`sentiment.labels.${label}`)}
              </Button>
            ))}
            {correctedTo !== undefined && (
              <span role="status" className="small muted">
                {t('sentiment.correct.said', { label: t(`sentiment.labels.${correctedTo}`) })}
              </span>
            )}
          </div>
        </div>
      ))}
      {say.error !== null && <Failure error={say.error} />}
    </div>
  );
}
