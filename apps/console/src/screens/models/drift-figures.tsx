import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge';
import { useFormat } from '../../i18n/use-format';
import { tellsDrift, useDrift } from './update-queries';
import { useWording } from './use-wording';
import type { ModelDrift } from './types';

/** From these on the alerts of the deployment sound, too. */
const MUCH = { embedding: 0.3, index: 0.25 };

/** How far what a head is asked, and what it says, is from what it was validated on; nothing of a head that no service tells of. */
export function DriftFigures({ head }: { readonly head: string }): ReactNode {
  const { t } = useTranslation();
  const drift = useDrift(head);
  if (!tellsDrift(head)) return null;
  return (
    <section className="stack">
      <h3>{t('updates.drift')}</h3>
      {drift.error !== null && <p className="muted">{t('updates.driftAway')}</p>}
      {drift.data !== undefined && <Figures drift={drift.data} />}
    </section>
  );
}

function Figures({ drift }: { readonly drift: ModelDrift | null }): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  const { figure } = useWording();
  const tasks = Object.entries(drift?.tasks ?? {});
  if (drift === null || (drift.embedding === undefined && tasks.length === 0)) {
    return <p className="muted">{t('updates.driftNone', { count: drift?.rows ?? 0 })}</p>;
  }
  const figures: (readonly [string, number, number])[] = [
    ...(drift.embedding === undefined ? [] : [[t('updates.driftEmbedding'), drift.embedding, MUCH.embedding] as const]),
    ...tasks.flatMap(([task, { labels, probabilities }]) => [
      [t('updates.driftLabels', { task }), labels, MUCH.index] as const,
      [t('updates.driftProbabilities', { task }), probabilities, MUCH.index] as const,
    ]),
  ];
  return (
    <>
      <dl className="facts facts-columns">
        {figures.map(([name, value, much]) => (
          <div key={name} className="fact">
            <dt>{name}</dt>
            <dd>
              {figure(value)} {value > much && <Badge tone="warning">{t('updates.drifted')}</Badge>}
            </dd>
          </div>
        ))}
      </dl>
      <p className="small muted">{t('updates.driftTexts', { count: drift.rows, time: instant(drift.since) })}</p>
    </>
  );
}
