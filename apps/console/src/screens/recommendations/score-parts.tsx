import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format';
import { isFeature, mainParts } from './score-part';

interface ScorePartsProps {
  readonly parts: Readonly<Record<string, number>>;
  /** Size that a whole bar stands for. */
  readonly largest: number;
}

/** What each feature adds to a score: the three that matter most, and the others on demand. */
export function ScoreParts({ parts, largest }: ScorePartsProps): ReactNode {
  const { t } = useTranslation();
  const { main, others } = mainParts(parts);
  return (
    <>
      <PartBars parts={main} largest={largest} />
      {others.length > 0 && (
        <details>
          <summary>{t('recommendations.list.otherParts')}</summary>
          <PartBars parts={others} largest={largest} />
        </details>
      )}
    </>
  );
}

function PartBars({ parts, largest }: { readonly parts: readonly (readonly [string, number])[]; readonly largest: number }): ReactNode {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <dl className="part-bars">
      {parts.map(([name, value]) => (
        <div key={name} className="part-bar">
          <dt className="muted">{isFeature(name) ? t(`recommendations.features.${name}`) : name}</dt>
          <dd>
            <svg className={value < 0 ? 'part-bar-against' : 'part-bar-for'} viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden>
              <rect className="part-bar-rest" width="100" height="6" />
              <rect className="part-bar-share" width={(100 * Math.abs(value)) / largest} height="6" />
            </svg>
            <span className="number">{number(value, 2)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
