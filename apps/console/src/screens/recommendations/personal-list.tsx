import { useRef, useState, type ReactNode } from 'react';
import { Failure } from '../../components/failure';
import { Loaded } from '../../components/loaded';
import { useDebounced } from '../../components/use-debounced';
import { ListControls } from './list-controls';
import { listRequest, type ListSettings } from './list-request';
import { OpenItem } from './open-item';
import { Profile } from './profile';
import { useBehaviour, useList, type BehaviourType, type Recommendations } from './queries';
import { RecommendedList } from './recommended-list';
import { withItem, type Who } from './who';

/** Milliseconds that a setting stays before a list is made by it: each list counts as shown. */
const SETTLE = 300;

interface PersonalListProps {
  readonly who: Who;
  /** The item that is open. */
  readonly item: string | undefined;
  readonly settings: ListSettings;
  readonly onSettings: (settings: ListSettings) => void;
  /** Opens an item; of a session, which items it is of from now on. */
  readonly onOpen: (item: string | undefined, who?: Who) => void;
}

/** The list for somebody, the item that was opened from it, and what is known of the person. */
export function PersonalList({ who, item, settings, onSettings, onOpen }: PersonalListProps): ReactNode {
  const behaviour = useBehaviour(who.kind === 'reader' ? who.id : '');
  const list = useList(who, listRequest(who, useDebounced(settings, SETTLE)));
  const [now, before] = useBefore(list.data);
  /** Lists by the items that were opened from them: an item that was opened is not in the next one. */
  const seenIn = useRef(new Map<string, string>());
  const tell = (id: string, type: BehaviourType): void => {
    if (who.kind === 'session') return;
    if (list.data?.items.some((listed) => listed.id === id) === true) seenIn.current.set(id, list.data.impressionId);
    const impressionId = seenIn.current.get(id);
    behaviour.mutate({ item: id, type, ...(impressionId === undefined ? {} : { impressionId }) });
  };
  const open = (id: string): void => {
    tell(id, 'clicked');
    onOpen(id, who.kind === 'session' ? { kind: 'session', items: withItem(who.items, id) } : who);
  };
  return (
    <>
      <ListControls settings={settings} onChange={onSettings} />
      <div className="columns columns-wide-first">
        <div className="stack">
          {behaviour.isError && <Failure error={behaviour.error} />}
          <Loaded query={list}>
            {() =>
              now !== undefined && (
                <RecommendedList
                  list={now}
                  before={before}
                  isUpdating={list.isFetching}
                  opened={item}
                  onOpen={open}
                  {...(who.kind === 'reader' ? { onDismiss: (id: string) => tell(id, 'dismissed') } : {})}
                />
              )
            }
          </Loaded>
        </div>
        <div className="stack aside">
          <OpenItem
            id={item}
            onOpen={open}
            onClose={() => onOpen(undefined)}
            {...(who.kind === 'reader' ? { behaviour, onTell: tell } : {})}
          />
          {who.kind === 'reader' && <Profile id={who.id} />}
        </div>
      </div>
    </>
  );
}

/** The list that is shown, and the one that was shown before it. */
function useBefore(list: Recommendations | undefined): readonly [Recommendations | undefined, Recommendations | undefined] {
  const [shown, setShown] = useState<readonly [Recommendations | undefined, Recommendations | undefined]>([undefined, undefined]);
  if (list === undefined || list.impressionId === shown[0]?.impressionId) return shown;
  const next = [list, shown[0]] as const;
  setShown(next);
  return next;
}
