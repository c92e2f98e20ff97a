import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Choice } from '../../components/choice';
import { ChipChoices } from '../../components/chip-choices';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { RatioSlider } from '../../components/ratio-slider';
import { ToggleSwitch } from '../../components/toggle-switch';
import { LIMITS, type ListSettings } from './list-request';
import { useCategories } from './queries';

interface ListControlsProps {
  readonly settings: ListSettings;
  readonly onChange: (settings: ListSettings) => void;
}

/** How lists are made: how diverse, of which categories, and how long. */
export function ListControls({ settings, onChange }: ListControlsProps): ReactNode {
  const { t } = useTranslation();
  const categories = useCategories();
  const { diversity, leaveOutSeen, limit } = settings;
  return (
    <Panel title={t('recommendations.list.settings')}>
      <div className="list-controls">
        <RatioSlider
          label={t('recommendations.list.diversity')}
          description={t('recommendations.list.diversityHint')}
          value={diversity}
          onChange={(value) => onChange({ ...settings, diversity: value })}
        />
        <div className="stack">
          <Choice
            label={t('recommendations.list.length')}
            options={LIMITS.map(String).map((value) => ({ value, text: value }))}
            value={String(limit)}
            onChange={(value) => onChange({ ...settings, limit: Number(value) })}
          />
          <ToggleSwitch
            label={t('recommendations.list.leaveOutSeen')}
            isOn={leaveOutSeen}
            onChange={(value) => onChange({ ...settings, leaveOutSeen: value })}
          />
        </div>
        <Loaded query={categories}>
          {(names) => (
            <ChipChoices
              label={t('recommendations.list.categories')}
              options={names}
              chosen={settings.categories}
              onChange={(chosen) => onChange({ ...settings, categories: chosen })}
            />
          )}
        </Loaded>
      </div>
    </Panel>
  );
}
