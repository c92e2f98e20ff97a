import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { customerService, dataOf } from '../../api/services';
import { NearestRows } from '../../components/explanation/nearest-rows';
import { WeightedText } from '../../components/explanation/weighted-text';
import { Loaded } from '../../components/loaded';
import { ShareBar } from '../../components/share-bar';

/** What the head takes a text to be about, and which of its words and of the rows that it learnt from speak for that. */
export function Understood({ text }: { readonly text: string }): ReactNode {
  const { t } = useTranslation();
  const understood = useQuery({
    queryKey: ['understanding', text],
    queryFn: () => dataOf(customerService.POST('/v1/understanding', { body: { texts: [text], explain: true } })),
  });
  return (
    <Loaded query={understood}>
      {({ results: [{ intent, likeliest, explanation = [], trainingRows }] }) => (
        <div className="stack">
          <h3>{t('conversations.knowledge.about')}</h3>
          {likeliest.map(({ intent: label, probability }) => (
            <ShareBar key={label} label={label} share={probability} tone="neutral" />
          ))}
          <h3>{t('explanation.weights')}</h3>
          <WeightedText text={text} label={intent} explanation={explanation} />
          {trainingRows !== undefined && <NearestRows trainingRows={trainingRows} />}
        </div>
      )}
    </Loaded>
  );
}
