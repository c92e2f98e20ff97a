import { useEffect, useRef, type ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useLocation, useSearch } from 'wouter';
import './screen-tabs.css';

interface ScreenTabsProps {
  readonly label: string;
  /** Address of the screen, such as `/conversations`. */
  readonly path: string;
  /** The first is shown where the address names none; its address is the screen's own. */
  readonly tabs: readonly { readonly id: string; readonly title: string; readonly content: () => ReactNode }[];
}

/** The parts of a screen, each with an address of its own, of which one is shown. A part is found again as it was left. */
export function ScreenTabs({ label, path, tabs }: ScreenTabsProps): ReactNode {
  const [location, navigate] = useLocation();
  const search = useSearch();
  const named = location.slice(path.length + 1).split('/')[0];
  const chosen = tabs.find(({ id }) => id === named) ?? tabs[0];
  const left = useRef(new Map<string, string>());
  useEffect(() => {
    left.current.set(chosen.id, search === '' ? location : `${location}?${search}`);
  }, [chosen.id, location, search]);
  const open = (id: string): void => navigate(left.current.get(id) ?? (id === tabs[0].id ? path : `${path}/${id}`));
  return (
    <Tabs className="tabs" selectedKey={chosen.id} onSelectionChange={(key) => open(String(key))}>
      <TabList className="tabs-list" aria-label={label} items={tabs}>
        {({ id, title }) => (
          <Tab id={id} className="tabs-tab">
            {title}
          </Tab>
        )}
      </TabList>
      {/* Its tab names it by an id that stays with the element, so another panel is another element. */}
      <TabPanel key={chosen.id} id={chosen.id} className="tabs-panel">
        {chosen.content()}
      </TabPanel>
    </Tabs>
  );
}
