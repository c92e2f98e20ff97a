import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'wouter';
import { Button } from '../../components/button';
import { Choice } from '../../components/choice';
import { Empty } from '../../components/empty';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { TextInput } from '../../components/text-input';
import { useDebounced } from '../../components/use-debounced';
import { ItemRows } from './item-rows';
import { OpenItem } from './open-item';
import { useCatalogue, useCategories, useItemSearch } from './queries';

/** Milliseconds that a text stays before it is searched for. */
const SETTLE = 350;

/** Items by meaning or by category, the one that is open, and what is like it. The address says what is searched for and open. */
export function ItemsTab(): ReactNode {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const [text, setText] = useState(search.get('text') ?? '');
  const wanted = useDebounced(text.trim(), SETTLE);
  const opened = search.get('item') ?? undefined;
  const open = (item: string | undefined): void =>
    setSearch({ ...(wanted === '' ? {} : { text: wanted }), ...(item === undefined ? {} : { item }) });
  return (
    <div className="columns recommendations">
      <div className="stack">
        <Panel title={t('recommendations.items.search')}>
          <div role="search">
            <TextInput
              label={t('recommendations.items.search')}
              description={t('recommendations.items.searchHint')}
              type="search"
              maxLength={2_000}
              value={text}
              onChange={setText}
            />
          </div>
        </Panel>
        {wanted === '' ? <Catalogue opened={opened} onOpen={open} /> : <Found text={wanted} opened={opened} onOpen={open} />}
      </div>
      <div className="aside">
        <OpenItem id={opened} onOpen={open} onClose={() => open(undefined)} />
      </div>
    </div>
  );
}

interface ItemsProps {
  readonly opened: string | undefined;
  readonly onOpen: (id: string) => void;
}

function Found({ text, ...rest }: ItemsProps & { readonly text: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Panel title={t('recommendations.items.found')}>
      <Loaded query={useItemSearch(text)}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>{t('recommendations.items.nothing')}</Empty>
          ) : (
            <ItemRows label={t('recommendations.items.found')} items={items} {...rest} />
          )
        }
      </Loaded>
    </Panel>
  );
}

const EVERY = '';

function Catalogue(props: ItemsProps): ReactNode {
  const { t } = useTranslation();
  const [category, setCategory] = useState(EVERY);
  const categories = useCategories().data ?? [];
  const catalogue = useCatalogue(category === EVERY ? undefined : category);
  return (
    <Panel
      title={t('recommendations.items.catalogue')}
      actions={
        <Choice
          label={t('recommendations.item.category')}
          hideLabel
          options={[
            { value: EVERY, text: t('recommendations.list.everyCategory') },
            ...categories.map((value) => ({ value, text: value })),
          ]}
          value={category}
          onChange={setCategory}
        />
      }
    >
      <Loaded query={catalogue}>
        {({ pages }) =>
          pages[0].items.length === 0 ? (
            <Empty>{t('recommendations.items.noItems')}</Empty>
          ) : (
            <ItemRows label={t('recommendations.items.catalogue')} items={pages.flatMap(({ items }) => items)} {...props} />
          )
        }
      </Loaded>
      {catalogue.hasNextPage && (
        <Button isPending={catalogue.isFetchingNextPage} onPress={() => void catalogue.fetchNextPage()}>
          {t('state.more')}
        </Button>
      )}
    </Panel>
  );
}
