import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'wouter';
import { Empty } from '../../components/empty';
import { FIRST_SETTINGS } from './list-request';
import { PersonalList } from './personal-list';
import { rememberWho, useRemembered } from './readers';
import { searchOf, whoOf, type Who } from './who';
import { WhoChooser } from './who-chooser';

/** Chooses whom a list is for, and shows it. The address says for whom, and which item is open. */
export function ListTab(): ReactNode {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const { last } = useRemembered();
  const [settings, setSettings] = useState(FIRST_SETTINGS);
  const who = whoOf(search) ?? last;
  const named = who === undefined ? '' : JSON.stringify(who);
  useEffect(() => {
    if (named !== '') rememberWho(JSON.parse(named) as Who);
  }, [named]);
  const choose = (next: Who, item?: string): void => {
    setSearch({ ...searchOf(next), ...(item === undefined ? {} : { item }) });
  };
  return (
    <div className="stack recommendations">
      <WhoChooser who={who} onChoose={choose} />
      {who === undefined ? (
        <Empty>{t('recommendations.who.nobody')}</Empty>
      ) : (
        <PersonalList
          key={who.kind === 'reader' ? who.id : ''}
          who={who}
          item={search.get('item') ?? undefined}
          settings={settings}
          onSettings={setSettings}
          onOpen={(item, next = who) => choose(next, item)}
        />
      )}
    </div>
  );
}
