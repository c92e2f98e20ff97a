import { useEffect, useRef, type ReactNode } from 'react';
import type { UseMutationResult } from '@tanstack/react-query';
import { MessageSquare, Share2, ShoppingCart, ThumbsDown, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button as AriaButton } from 'react-aria-components';
import { Badge } from '../../components/badge';
import { Button } from '../../components/button';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { useFormat } from '../../i18n/use-format';
import { useItem, type BehaviourType, type Item, type ToldBehaviour } from './queries';
import { SimilarItems } from './similar-items';

const DEEDS = [
  { type: 'commented', Icon: MessageSquare },
  { type: 'shared', Icon: Share2 },
  { type: 'purchased', Icon: ShoppingCart },
  { type: 'dismissed', Icon: ThumbsDown },
] as const;

interface OpenItemProps {
  readonly id: string | undefined;
  readonly onOpen: (id: string) => void;
  readonly onClose: () => void;
  /** Of the reader for whom it is open, where there is one. */
  readonly behaviour?: UseMutationResult<void, Error, ToldBehaviour>;
  readonly onTell?: (id: string, type: BehaviourType) => void;
}

/** The item that was opened, what the reader may do with it, and what is like it. */
export function OpenItem({ id, onClose, ...rest }: OpenItemProps): ReactNode {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const first = useRef(id);
  useEffect(() => {
    // What was pressed may be gone from the list: the focus goes to what it opened. A page that is loaded with an open item keeps its own.
    if (id !== undefined && id !== first.current) place.current?.focus();
    first.current = undefined;
  }, [id]);
  return (
    <div ref={place} tabIndex={-1} className={`open-item${id === undefined ? '' : ' is-open'}`}>
      <Panel
        title={t('recommendations.item.title')}
        actions={
          id !== undefined && (
            <AriaButton className="icon-button" aria-label={t('state.close')} onPress={onClose}>
              <X size={18} aria-hidden />
            </AriaButton>
          )
        }
      >
        {id === undefined ? <p className="muted">{t('recommendations.item.none')}</p> : <LoadedItem key={id} id={id} {...rest} />}
      </Panel>
    </div>
  );
}

function LoadedItem({ id, onOpen, behaviour, onTell }: Omit<OpenItemProps, 'id' | 'onClose'> & { readonly id: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Loaded query={useItem(id)}>{(item) => <ItemText item={item} />}</Loaded>
      {behaviour !== undefined && onTell !== undefined && (
        <div className="stack-tight">
          <h3>{t('recommendations.item.told')}</h3>
          <div className="row">
            {DEEDS.map(({ type, Icon }) => (
              <Button key={type} small isPending={behaviour.isPending} onPress={() => onTell(id, type)}>
                <Icon size={14} aria-hidden /> {t(`recommendations.item.do.${type}`)}
              </Button>
            ))}
          </div>
          <p role="status" className="small muted">
            {behaviour.isSuccess &&
              behaviour.variables.item === id &&
              t('recommendations.item.sent', { type: t(`recommendations.types.${behaviour.variables.type}`) })}
          </p>
        </div>
      )}
      <h3>{t('recommendations.item.similar')}</h3>
      <SimilarItems id={id} onOpen={onOpen} />
    </>
  );
}

function ItemText({ item }: { readonly item: Item }): ReactNode {
  const { t } = useTranslation();
  const { instant, number } = useFormat();
  const { id, title = id, text, category, price, publishedAt, available, attributes } = item;
  return (
    <article className="stack">
      <h3 className="item-title">{title}</h3>
      <div className="row small muted">
        {category !== undefined && <Badge>{category}</Badge>}
        {!available && <Badge tone="warning">{t('recommendations.item.unavailable')}</Badge>}
        {publishedAt !== undefined && <span>{instant(publishedAt)}</span>}
      </div>
      {text !== undefined && <p>{text}</p>}
      <dl className="facts small">
        {price !== undefined && <Fact name={t('recommendations.item.price')} value={number(price, 2)} />}
        {Object.entries(attributes).map(([name, value]) => (
          <Fact key={name} name={name} value={attributeText(value, number, t('state.yes'), t('state.no'))} />
        ))}
      </dl>
    </article>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }): ReactNode {
  return (
    <>
      <dt>{name}</dt>
      <dd className="clip">{value}</dd>
    </>
  );
}

function attributeText(value: Item['attributes'][string], number: (value: number) => string, yes: string, no: string): string {
  if (typeof value === 'boolean') return value ? yes : no;
  if (typeof value === 'number') return number(value);
  return typeof value === 'string' ? value : value.join(', ');
}
