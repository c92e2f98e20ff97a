import { useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Disclosure, DisclosurePanel, Heading, Button as AriaButton } from 'react-aria-components';
import { Choice } from '../../components/choice';
import { Empty } from '../../components/empty';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { TimeChart } from '../../components/time-chart';
import { useFormat } from '../../i18n/use-format';
import { AlertLine } from './alert-line';
import { useTrend } from './queries';
import { RANGE_NAMES, type Range } from './range';
import { marksOf, seriesOf, storiesOf, timesOf, totalsOf } from './trend-figures';
import { WatchActions } from './watch-actions';
import type { Alert, Trend, Watch } from './types';

/** How opinion about a watch went, with what was to be expected, and its alerts. */
export function WatchTrend({ watch }: { readonly watch: Watch }): ReactNode {
  const { t } = useTranslation();
  const [range, setRange] = useState<Range>('24h');
  const trend = useTrend(watch.id, range);
  return (
    <div className="stack">
      <Panel title={t('sentiment.trend.title', { name: watch.name })} actions={<WatchActions watch={watch} />}>
        <div className="narrow">
          <Choice
            label={t('sentiment.trend.range')}
            value={range}
            onChange={setRange}
            options={RANGE_NAMES.map((value) => ({ value, text: t(`sentiment.trend.ranges.${value}`) }))}
          />
        </div>
        <Loaded query={trend}>
          {({ points, alerts }) => <TrendFigures name={watch.name} range={range} points={points} alerts={alerts} />}
        </Loaded>
      </Panel>
      <Panel title={t('sentiment.trend.alerts')}>
        <Loaded query={trend}>
          {({ alerts }) =>
            alerts.length === 0 ? (
              <Empty>{t('sentiment.alerts.empty')}</Empty>
            ) : (
              <ul className="stack">
                {alerts.map((alert) => (
                  <li key={alert.id}>
                    <AlertLine alert={alert} />
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
    </div>
  );
}

interface TrendFiguresProps {
  readonly name: string;
  readonly range: Range;
  readonly points: Trend['points'];
  readonly alerts: readonly Alert[];
}

function TrendFigures({ name, range, points, alerts }: TrendFiguresProps): ReactNode {
  const { t } = useTranslation();
  const { number, percent } = useFormat();
  const at = useMemo(() => timesOf(points), [points]);
  const marks = useMemo(() => marksOf(alerts), [alerts]);
  const series = useMemo(
    () =>
      seriesOf(points, {
        volume: t('sentiment.trend.volume'),
        negative: t('sentiment.labels.negative'),
        neutral: t('sentiment.labels.neutral'),
        positive: t('sentiment.labels.positive'),
        expected: t('sentiment.trend.expected'),
        alertFrom: t('sentiment.trend.alertFrom'),
      }),
    [points, t],
  );
  const { stories, negative } = totalsOf(points);
  const label = t('sentiment.trend.chart', {
    name,
    range: t(`sentiment.trend.ranges.${range}`),
    stories: number(stories, 0),
    negative: number(negative, 0),
    alerts: number(alerts.length, 0),
  });
  return (
    <>
      <dl className="tiles">
        <Tile name={t('sentiment.trend.stories')} value={number(stories, 0)} />
        <Tile name={t('sentiment.trend.negativeShare')} value={stories === 0 ? '–' : percent(negative / stories)} />
        <Tile name={t('sentiment.trend.alerts')} value={number(alerts.length, 0)} />
      </dl>
      {stories === 0 && <Empty>{t('sentiment.trend.empty')}</Empty>}
      <TimeChart label={label} at={at} series={series} marks={marks} />
      <Disclosure>
        <Heading level={3}>
          <AriaButton slot="trigger" className="link-button">
            {t('sentiment.trend.figures')}
          </AriaButton>
        </Heading>
        <DisclosurePanel>
          <TrendTable points={points} />
        </DisclosurePanel>
      </Disclosure>
    </>
  );
}

function Tile({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  return (
    <div className="tile">
      <dt className="small muted">{name}</dt>
      <dd className="tile-value number">{value}</dd>
    </div>
  );
}

function TrendTable({ points }: { readonly points: Trend['points'] }): ReactNode {
  const { t } = useTranslation();
  const { instant, number } = useFormat();
  const figures = [
    t('sentiment.labels.negative'),
    t('sentiment.labels.neutral'),
    t('sentiment.labels.positive'),
    t('sentiment.trend.score'),
    t('sentiment.trend.expected'),
    t('sentiment.trend.alertFrom'),
  ];
  const told = points.filter((point) => storiesOf(point) > 0).reverse();
  return (
    <div className="table-scroll">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('sentiment.trend.from')}</th>
            {figures.map((name) => (
              <th key={name} scope="col" className="right">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {told.map(({ start, stories, meanScore, expected }) => (
            <tr key={start}>
              <th scope="row">{instant(start)}</th>
              <td className="right">{number(stories.negative, 0)}</td>
              <td className="right">{number(stories.neutral, 0)}</td>
              <td className="right">{number(stories.positive, 0)}</td>
              <td className="right">{meanScore === null ? '–' : number(meanScore, 2)}</td>
              <td className="right">{expected === undefined ? '–' : number(expected.negativeStories, 1)}</td>
              <td className="right">{expected === undefined ? '–' : number(expected.alertFrom, 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
