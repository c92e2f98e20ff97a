import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Form } from 'react-aria-components';
import { dataOf, sentimentMonitor } from '../../api/services';
import { Badge, type Tone } from '../../components/badge';
import { Button } from '../../components/button';
import { Empty } from '../../components/empty';
import { NearestRows } from '../../components/explanation/nearest-rows';
import { WeightedText } from '../../components/explanation/weighted-text';
import { Failure } from '../../components/failure';
import { Panel } from '../../components/panel';
import { ShareBar } from '../../components/share-bar';
import { TextInput } from '../../components/text-input';
import { SENTIMENT_LABELS, type SentimentLabel } from './types';

const TONES: Readonly<Record<SentimentLabel, Tone>> = { negative: 'negative', neutral: 'plain', positive: 'positive' };

/** Scores a text at once, about somebody or as a whole, and shows which of its words mattered. */
export function ScoreText(): ReactNode {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [entity, setEntity] = useState('');
  const score = useMutation({
    mutationFn: async (asked: { text: string; entity?: string }) => {
      const { modelVersion, results } = await dataOf(sentimentMonitor.POST('/v1/sentiment', { body: { texts: [asked], explain: true } }));
      return { modelVersion, result: results[0], text: asked.text };
    },
  });
  return (
    <div className="columns">
      <Panel title={t('sentiment.score.title')}>
        <Form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            score.mutate({ text: text.trim(), ...(entity.trim() === '' ? {} : { entity: entity.trim() }) });
          }}
        >
          <TextInput
            label={t('sentiment.score.text')}
            placeholder={t('sentiment.score.placeholder')}
            rows={5}
            isRequired
            maxLength={20_000}
            value={text}
            onChange={setText}
          />
          <TextInput label={t('sentiment.score.entity')} placeholder="Halden Freight" value={entity} onChange={setEntity} />
          <div className="row">
            <Button type="submit" look="primary" isPending={score.isPending} isDisabled={text.trim() === ''}>
              {t('sentiment.score.go')}
            </Button>
          </div>
        </Form>
      </Panel>
      <Panel title={t('sentiment.score.result')}>
        {score.error !== null && <Failure error={score.error} />}
        {score.data === undefined ? (
          <Empty>{t('sentiment.score.empty')}</Empty>
        ) : (
          <div className="stack" role="status">
            <div className="row">
              <Badge tone={TONES[score.data.result.label]}>{t(`sentiment.labels.${score.data.result.label}`)}</Badge>
              {score.data.result.topics.map((topic) => (
                <Badge key={topic} tone="accent">
                  {topic}
                </Badge>
              ))}
              <span className="small muted">
                {t('sentiment.score.model')} <code>{score.data.modelVersion}</code>
              </span>
            </div>
            {SENTIMENT_LABELS.map((label) => (
              <ShareBar key={label} label={t(`sentiment.labels.${label}`)} share={score.data.result.probabilities[label]} tone={label} />
            ))}
            <h3>{t('explanation.weights')}</h3>
            <WeightedText
              text={score.data.text}
              label={t(`sentiment.labels.${score.data.result.label}`)}
              explanation={score.data.result.explanation ?? []}
            />
            {score.data.result.trainingRows !== undefined && <NearestRows trainingRows={score.data.result.trainingRows} />}
          </div>
        )}
      </Panel>
    </div>
  );
}
