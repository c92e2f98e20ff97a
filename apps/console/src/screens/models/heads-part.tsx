import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Badge } from '../../components/badge';
import { Empty } from '../../components/empty';
import { Loaded } from '../../components/loaded';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { RollBack } from './roll-back';
import { useHeads, useVersions } from './queries';
import { addressOf, useNamed } from './use-address';
import { useWording } from './use-wording';
import { VersionDetails } from './version-details';
import { VersionsTable } from './versions-table';
import type { Head } from './types';

/** The heads; of the chosen one its versions, and of the chosen one of these what it does. */
export function HeadsPart(): ReactNode {
  const { t } = useTranslation();
  const heads = useHeads();
  const [named] = useNamed();
  return (
    <Loaded query={heads}>
      {(all) => {
        if (all.length === 0) return <Empty>{t('models.noHeads')}</Empty>;
        const head = all.find(({ name }) => name === named.head) ?? all[0];
        return (
          <div className="stack">
            <HeadList heads={all} chosen={head.name} />
            <HeadVersions key={head.name} head={head} />
            {named.version !== undefined && <VersionDetails key={`${head.name}/${named.version}`} head={head} version={named.version} />}
          </div>
        );
      }}
    </Loaded>
  );
}

function HeadList({ heads, chosen }: { readonly heads: readonly Head[]; readonly chosen: string }): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  const { taskKind } = useWording();
  return (
    <nav aria-label={t('models.heads')}>
      <ul className="head-cards">
        {heads.map(({ name, current, task, tasks }) => (
          <li key={name}>
            <Link
              href={addressOf('', { head: name })}
              className={`list-item head-card${name === chosen ? ' is-chosen' : ''}`}
              aria-current={name === chosen ? 'true' : undefined}
            >
              <strong className="clip">{name}</strong>
              <span className="small muted">{tasks.length > 0 ? tasks.join(', ') : taskKind(task)}</span>
              {current === undefined ? (
                <Badge tone="warning">{t('models.servesNone')}</Badge>
              ) : (
                <>
                  <span className="clip small">{t('models.servesVersion', { version: current.version })}</span>
                  <span className="small muted">
                    {t('models.generation', { generation: String(current.generation), time: instant(current.promotedAt) })}
                  </span>
                </>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function HeadVersions({ head }: { readonly head: Head }): ReactNode {
  const { t } = useTranslation();
  const versions = useVersions(head.name);
  const [done, setDone] = useState<string>();
  return (
    <Panel title={t('models.versions', { head: head.name })} actions={<RollBack head={head} onDone={setDone} />}>
      <p role="status" className="done-notice">
        {done !== undefined && t('models.promoted', { version: done })}
      </p>
      <Paged query={versions}>
        {(items) =>
          items.length === 0 ? (
            <Empty>
              {t('models.noVersions')} <Link href={addressOf('data')}>{t('models.toData')}</Link>
            </Empty>
          ) : (
            <VersionsTable head={head} versions={items} onPromoted={setDone} />
          )
        }
      </Paged>
    </Panel>
  );
}
