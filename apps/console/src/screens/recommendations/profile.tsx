import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ServiceProblem } from '../../api/problem';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { ForgetReader } from './forget-reader';
import { useProfile, type UserProfile } from './queries';

/** Latest events that are shown. */
const SHOWN = 10;

/** What is known of a reader, and how it is forgotten. */
export function Profile({ id }: { readonly id: string }): ReactNode {
  const { t } = useTranslation();
  const profile = useProfile(id);
  const isUnknown = profile.error instanceof ServiceProblem && profile.error.status === 404;
  return (
    <Panel title={t('recommendations.profile.title')}>
      {isUnknown ? (
        <p className="muted clip">{t('recommendations.profile.unknown', { id })}</p>
      ) : (
        <Loaded query={profile}>{(user) => <Known user={user} />}</Loaded>
      )}
      <ForgetReader id={id} isKnown={profile.data !== undefined && !isUnknown} />
    </Panel>
  );
}

function Known({ user }: { readonly user: UserProfile }): ReactNode {
  const { t } = useTranslation();
  const { instant, number } = useFormat();
  const types = Object.entries(user.eventsByType) as [UserProfile['recent'][number]['type'], number][];
  return (
    <>
      <dl className="facts">
        <dt>{t('recommendations.profile.events')}</dt>
        <dd className="number">{number(user.events)}</dd>
        {types.map(([type, count]) => (
          <ByType key={type} name={t(`recommendations.types.${type}`)} count={number(count)} />
        ))}
        {user.lastEventAt !== undefined && (
          <>
            <dt>{t('recommendations.profile.last')}</dt>
            <dd>{instant(user.lastEventAt)}</dd>
          </>
        )}
      </dl>
      <h3>{t('recommendations.profile.recent')}</h3>
      <ol className="recent-events small" aria-label={t('recommendations.profile.recent')}>
        {user.recent.slice(0, SHOWN).map(({ item, title = item, type, at }) => (
          <li key={`${item} ${type} ${at}`}>
            <span className="muted">{t(`recommendations.types.${type}`)}</span> <span className="clip">{title}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

function ByType({ name, count }: { readonly name: string; readonly count: string }): ReactNode {
  return (
    <>
      <dt className="by-type">{name}</dt>
      <dd className="number">{count}</dd>
    </>
  );
}
