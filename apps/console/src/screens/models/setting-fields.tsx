import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { TextInput } from '../../components/text-input';
import { OptionalChoice } from './optional-choice';
import { isSound, NUMBER_SETTINGS, type TypedSettings } from './training-settings';
import type { TrainingRequest } from './types';

const TUNERS = ['full', 'lora', 'bitfit', 'head'] as const;

/** How a training is done; what is undefined or empty comes from the head's own configuration. */
export interface Settings {
  readonly tuner: TrainingRequest['tuner'];
  readonly version: string;
  readonly numbers: TypedSettings;
}

interface SettingFieldsProps {
  readonly isRanking: boolean;
  readonly settings: Settings;
  readonly onChange: (settings: Settings) => void;
}

/** The settings of a training. A ranking is learnt without a tuner and its batches. */
export function SettingFields({ isRanking, settings, onChange }: SettingFieldsProps): ReactNode {
  const { t } = useTranslation();
  const numbers = isRanking ? (['seed'] as const) : NUMBER_SETTINGS;
  return (
    <fieldset className="fields">
      <legend>{t('models.settings')}</legend>
      <p className="small muted">{t('models.trainHint')}</p>
      <div className="form-grid">
        {!isRanking && (
          <OptionalChoice
            label={t('models.tuner')}
            none={t('models.asHead')}
            options={TUNERS.map((value) => ({ value, text: t(`models.tuners.${value}`) }))}
            value={settings.tuner}
            onChange={(value) => onChange({ ...settings, tuner: TUNERS.find((tuner) => tuner === value) })}
          />
        )}
        {numbers.map((setting) => {
          const typed = settings.numbers[setting];
          return (
            <TextInput
              key={setting}
              label={t(`models.${setting}`)}
              placeholder={t('models.asHead')}
              inputMode="decimal"
              value={typed}
              isInvalid={!isSound(setting, typed)}
              error={t('models.notANumber')}
              onChange={(text) => onChange({ ...settings, numbers: { ...settings.numbers, [setting]: text } })}
            />
          );
        })}
        <TextInput
          label={t('models.versionName')}
          placeholder={t('models.versionHint')}
          value={settings.version}
          onChange={(version) => onChange({ ...settings, version })}
          maxLength={128}
        />
      </div>
    </fieldset>
  );
}
