import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Screen } from '../../components/screen';
import { ScreenTabs } from '../../components/screen-tabs';
import { AuditPart } from './audit-part';
import { ComparePart } from './compare-part';
import { DataPart } from './data-part';
import { HeadsPart } from './heads-part';
import { TrainingsPart } from './trainings-part';
import { UpdatesPart } from './updates-part';
import './models.css';

/** Heads and their versions, data sets, trainings, and who did what. */
export default function ModelsScreen(): ReactNode {
  const { t } = useTranslation();
  return (
    <Screen title={t('app.models')} description={t('models.description')}>
      <ScreenTabs
        label={t('models.parts.label')}
        path="/models"
        tabs={[
          { id: 'heads', title: t('models.parts.heads'), content: () => <HeadsPart /> },
          { id: 'compare', title: t('models.parts.compare'), content: () => <ComparePart /> },
          { id: 'data', title: t('models.parts.data'), content: () => <DataPart /> },
          { id: 'trainings', title: t('models.parts.trainings'), content: () => <TrainingsPart /> },
          { id: 'updates', title: t('updates.part'), content: () => <UpdatesPart /> },
          { id: 'audit', title: t('models.parts.audit'), content: () => <AuditPart /> },
        ]}
      />
    </Screen>
  );
}
