import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Screen } from '../../components/screen';
import { ScreenTabs } from '../../components/screen-tabs';
import { ItemsTab } from './items-tab';
import { ListTab } from './list-tab';
import { MetricsTab } from './metrics-tab';
import './recommendations.css';

/** Lists as readers get them, the catalogue they come from, and how they do. */
export default function RecommendationsScreen(): ReactNode {
  const { t } = useTranslation();
  return (
    <Screen title={t('app.recommendations')} description={t('recommendations.description')}>
      <ScreenTabs
        label={t('recommendations.parts')}
        path="/recommendations"
        tabs={[
          { id: 'list', title: t('recommendations.tabs.list'), content: () => <ListTab /> },
          { id: 'items', title: t('recommendations.tabs.items'), content: () => <ItemsTab /> },
          { id: 'metrics', title: t('recommendations.tabs.metrics'), content: () => <MetricsTab /> },
        ]}
      />
    </Screen>
  );
}
