import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button as AriaButton } from 'react-aria-components';
import { Button } from '../../components/button';
import { useItem } from './queries';
import type { Who } from './who';

interface SessionItemsProps {
  readonly items: readonly string[];
  readonly onChoose: (who: Who) => void;
}

/** What somebody unknown looked at just now, to take items out of. */
export function SessionItems({ items, onChoose }: SessionItemsProps): ReactNode {
  const { t } = useTranslation();
  const change = (left: readonly string[]): void => onChoose({ kind: 'session', items: left });
  return (
    <>
      <p className="small muted">{t('recommendations.who.sessionHint')}</p>
      {items.length === 0 ? (
        <p>{t('recommendations.who.sessionEmpty')}</p>
      ) : (
        <div className="row">
          <ol className="row" aria-label={t('recommendations.who.sessionItems')}>
            {items.map((item) => (
              <SessionItem key={item} id={item} onRemove={() => change(items.filter((other) => other !== item))} />
            ))}
          </ol>
          <Button small look="quiet" onPress={() => change([])}>
            {t('recommendations.who.clear')}
          </Button>
        </div>
      )}
    </>
  );
}

function SessionItem({ id, onRemove }: { readonly id: string; readonly onRemove: () => void }): ReactNode {
  const { t } = useTranslation();
  const title = useItem(id).data?.title ?? id;
  return (
    <li className="session-item">
      <span className="clip">{title}</span>
      <AriaButton className="session-remove" aria-label={t('recommendations.who.remove', { title })} onPress={onRemove}>
        <X size={14} aria-hidden />
      </AriaButton>
    </li>
  );
}
