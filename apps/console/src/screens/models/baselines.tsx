import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { modelsEnglish } from '../../i18n/models-english';
import { baselinesOf } from './figures';
import { useWording } from './use-wording';
import type { TaskReport } from './types';

type Known = keyof typeof modelsEnglish.baselineNames;
const isKnown = (name: string): name is Known => Object.hasOwn(modelsEnglish.baselineNames, name);

/** Of a ranking: what simple rankings of the same rows reach. */
export function Baselines({ report }: { readonly report: TaskReport }): ReactNode {
  const { t } = useTranslation();
  const { figure, nameOf } = useWording();
  const rankings = baselinesOf(report);
  if (rankings.length === 0) return null;
  const figures = Object.keys(rankings[0][1]).filter((name) => !['items', 'users'].includes(name));
  return (
    <section className="stack">
      <h3>{t('models.baselines')}</h3>
      <div className="table-scroll" tabIndex={0} role="region" aria-label={t('models.baselines')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('models.figure')}</th>
              {rankings.map(([name]) => (
                <th key={name} scope="col" className="right">
                  {isKnown(name) ? t(`models.baselineNames.${name}`) : name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {figures.map((name) => (
              <tr key={name}>
                <th scope="row">{nameOf(name)}</th>
                {rankings.map(([ranking, values]) => (
                  <td key={ranking} className="right">
                    {figure(values[name])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
