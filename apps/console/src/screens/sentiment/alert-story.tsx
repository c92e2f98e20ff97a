import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button';
import { NearestRows } from '../../components/explanation/nearest-rows';
import { WeightedText } from '../../components/explanation/weighted-text';
import { Loaded } from '../../components/loaded';
import { useFormat } from '../../i18n/use-format';
import { CorrectTexts } from './correct-texts';
import { useExplainedDocument } from './queries';
import type { Alert } from './types';

interface AlertStoryProps {
  readonly story: Alert['stories'][number];
  readonly watchId: string;
}

/** A story behind an alert; on demand the words that made it count, and a way to say that it should not have. */
export function AlertStory({ story, watchId }: AlertStoryProps): ReactNode {
  const { t } = useTranslation();
  const { instant, number } = useFormat();
  const [isExplained, setIsExplained] = useState(false);
  const document = useExplainedDocument(story.documentId, isExplained);
  const { title, url, source, publishedAt, tellings, score } = story;
  const name = title ?? story.documentId;
  return (
    <>
      {url !== undefined && /^https?:\/\//i.test(url) ? (
        <a href={url} target="_blank" rel="noreferrer" className="clip">
          {name}
        </a>
      ) : (
        <strong className="clip">{name}</strong>
      )}
      <span className="small muted">
        {source} · {instant(publishedAt)} · {t('sentiment.alerts.tellings', { count: tellings })} ·{' '}
        {t('sentiment.alerts.score', { score: number(score, 2) })}
      </span>
      {isExplained ? (
        <Loaded query={document}>
          {({ text, sentiments }) => {
            const sentiment = sentiments.find((each) => each.watchId === watchId);
            if (sentiment?.explanation === undefined || sentiment.scoredText === undefined) return <p className="clip">{text}</p>;
            return (
              <>
                <WeightedText
                  text={sentiment.scoredText}
                  label={t(`sentiment.labels.${sentiment.label}`)}
                  explanation={sentiment.explanation}
                />
                {sentiment.trainingRows !== undefined && <NearestRows trainingRows={sentiment.trainingRows} />}
                <CorrectTexts documentId={story.documentId} watchId={watchId} texts={sentiment.texts} />
              </>
            );
          }}
        </Loaded>
      ) : (
        <div className="row">
          <Button small look="quiet" onPress={() => setIsExplained(true)}>
            {t('sentiment.alerts.explain')}
          </Button>
        </div>
      )}
    </>
  );
}
