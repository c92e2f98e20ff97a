import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Choice } from '../../components/choice';
import { Empty } from '../../components/empty';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { TextInput } from '../../components/text-input';
import { useFormat } from '../../i18n/use-format';
import { useOnlineMetrics, type OnlineMetrics } from './queries';
import { RatesTable } from './rates-table';
import { isRange, localMinute, RANGES, type TimeRange } from './time-range';

/** How lists of a time did. */
export function MetricsTab(): ReactNode {
  const { t } = useTranslation();
  const [range, setRange] = useState<TimeRange>({ name: 'day', from: '', to: '' });
  const metrics = useOnlineMetrics(range);
  return (
    <div className="stack recommendations">
      <div className="row row-end">
        <Choice
          label={t('recommendations.metrics.range')}
          options={RANGES.map((value) => ({ value, text: t(`recommendations.metrics.ranges.${value}`) }))}
          value={range.name}
          onChange={(name) => setRange({ name, from: name === 'own' ? localMinute(Date.now() - 3_600_000) : '', to: '' })}
        />
        {range.name === 'own' && (
          <>
            <TextInput
              label={t('recommendations.metrics.from')}
              type="datetime-local"
              value={range.from}
              onChange={(from) => setRange({ ...range, from })}
            />
            <TextInput
              label={t('recommendations.metrics.to')}
              type="datetime-local"
              value={range.to}
              onChange={(to) => setRange({ ...range, to })}
            />
          </>
        )}
      </div>
      {!isRange(range) ? (
        <p role="alert" className="field-error">
          {t('recommendations.metrics.backwards')}
        </p>
      ) : (
        <Loaded query={metrics}>{(figures) => <Figures figures={figures} />}</Loaded>
      )}
    </div>
  );
}

function Figures({ figures }: { readonly figures: OnlineMetrics }): ReactNode {
  const { t } = useTranslation();
  const { number, percent } = useFormat();
  if (figures.lists === 0) return <Empty>{t('recommendations.metrics.empty')}</Empty>;
  const whole = [
    ['lists', number(figures.lists)],
    ['shown', number(figures.shown)],
    ['taken', number(figures.taken)],
    ['clickThrough', percent(figures.clickThrough)],
  ] as const;
  return (
    <>
      <Panel title={t('recommendations.metrics.whole')}>
        <dl className="figures">
          {whole.map(([name, text]) => (
            <div key={name}>
              <dt className="small muted">{t(`recommendations.metrics.${name}`)}</dt>
              <dd className="figure number">{text}</dd>
            </div>
          ))}
        </dl>
        <p className="small muted">{t('recommendations.metrics.takenHint')}</p>
      </Panel>
      <RatesTable
        title={t('recommendations.metrics.byPosition')}
        head={t('recommendations.metrics.position')}
        rows={figures.byPosition.map(({ position, ...rate }) => ({ name: String(position), ...rate }))}
      />
      <div className="columns">
        <RatesTable
          title={t('recommendations.metrics.byModelVersion')}
          head={t('recommendations.metrics.modelVersion')}
          rows={figures.byModelVersion.map(({ modelVersion, ...rate }) => ({ name: modelVersion, ...rate }))}
        />
        <RatesTable
          title={t('recommendations.metrics.byArm')}
          head={t('recommendations.metrics.arm')}
          rows={figures.byArm.map(({ arm, ...rate }) => ({ name: arm, ...rate }))}
        />
      </div>
    </>
  );
}
