import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Choice } from '../../components/choice';
import { Empty } from '../../components/empty';
import { Loaded } from '../../components/loaded';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { ComparisonOfTask } from './comparison-of-task';
import { useComparison, useHeads, useVersions } from './queries';
import { addressOf, useNamed } from './use-address';
import type { Head, HeadVersion } from './types';

/** Two versions of a head side by side. */
export function ComparePart(): ReactNode {
  const { t } = useTranslation();
  const heads = useHeads();
  const [named, name] = useNamed();
  return (
    <Panel title={t('models.compareTitle')}>
      <Loaded query={heads}>
        {(all) => {
          if (all.length === 0) return <Empty>{t('models.noHeads')}</Empty>;
          const head = all.find((entry) => entry.name === named.head) ?? all[0];
          return (
            <div className="stack">
              <div className="form-grid">
                <Choice
                  label={t('models.head')}
                  value={head.name}
                  onChange={(chosen) => name({ head: chosen })}
                  options={all.map((entry) => ({ value: entry.name, text: entry.name }))}
                />
                <VersionChoices key={head.name} head={head} />
              </div>
              <Comparison head={head} />
            </div>
          );
        }}
      </Loaded>
    </Panel>
  );
}

/** The version that is looked at, and the one that it is held against: by default the newest that does not serve, and the one that does. */
function sidesOf(head: Head, versions: readonly HeadVersion[], named: { version?: string; with?: string }): [string, string] | undefined {
  const known = (version: string | undefined): string | undefined => versions.find((entry) => entry.version === version)?.version;
  const other = known(named.with) ?? known(head.current?.version) ?? versions.find(({ version }) => version !== named.version)?.version;
  const version = known(named.version) ?? versions.find((entry) => entry.version !== other)?.version;
  return version === undefined || other === undefined ? undefined : [version, other];
}

function VersionChoices({ head }: { readonly head: Head }): ReactNode {
  const { t } = useTranslation();
  const versions = useVersions(head.name);
  const [named, name] = useNamed();
  const items = versions.data ?? [];
  const sides = sidesOf(head, items, named);
  if (sides === undefined) return null;
  const [version, other] = sides;
  const options = items.map(({ version: value }) => ({
    value,
    text: value === head.current?.version ? t('models.serving', { version: value }) : value,
  }));
  return (
    <>
      <Choice
        label={t('models.compareVersion')}
        value={version}
        onChange={(chosen) => name({ head: head.name, version: chosen, with: other })}
        options={options}
      />
      <Choice
        label={t('models.compareOther')}
        value={other}
        onChange={(chosen) => name({ head: head.name, version, with: chosen })}
        options={options}
      />
    </>
  );
}

function Comparison({ head }: { readonly head: Head }): ReactNode {
  const { t } = useTranslation();
  const versions = useVersions(head.name);
  const [named] = useNamed();
  return (
    <Paged query={versions}>
      {(items) => {
        if (items.length < 2)
          return (
            <Empty>
              {t('models.compareFew')} <Link href={addressOf('data')}>{t('models.toData')}</Link>
            </Empty>
          );
        const sides = sidesOf(head, items, named);
        if (sides === undefined || sides[0] === sides[1]) return <Empty>{t('models.compareChoose')}</Empty>;
        return <Compared key={sides.join(' ')} head={head.name} version={sides[0]} other={sides[1]} />;
      }}
    </Paged>
  );
}

function Compared({ head, version, other }: { readonly head: string; readonly version: string; readonly other: string }): ReactNode {
  const { t } = useTranslation();
  const query = useComparison(head, version, other);
  return (
    <Loaded query={query}>
      {({ tasks }) => {
        const entries = Object.entries(tasks);
        if (entries.length === 0) return <Empty>{t('models.compareNoTasks')}</Empty>;
        return (
          <div className="stack-wide">
            {entries.map(([task, comparison]) => (
              <ComparisonOfTask
                key={task}
                task={entries.length > 1 ? task : undefined}
                comparison={comparison}
                version={version}
                other={other}
              />
            ))}
          </div>
        );
      }}
    </Loaded>
  );
}
