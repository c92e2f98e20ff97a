import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../components/badge';
import { Screen } from '../../components/screen';
import { ScreenTabs } from '../../components/screen-tabs';
import { AlertList } from './alert-list';
import { Arrival } from './arrival';
import { afterArrival } from './arrivals';
import { ScoreText } from './score-text';
import { useAlertStream } from './use-alert-stream';
import { WatchList } from './watch-list';
import type { Alert } from './types';
import './sentiment.css';

/** What is said about what is watched. Alerts arrive on every part of the screen. */
export default function SentimentScreen(): ReactNode {
  const { t } = useTranslation();
  const [arrived, setArrived] = useState<readonly Alert[]>([]);
  const stream = useAlertStream((alert) => setArrived((before) => afterArrival(before, alert)));
  return (
    <Screen
      title={t('app.sentiment')}
      description={t('sentiment.description')}
      actions={
        stream === 'open' ? (
          <Badge tone="positive">{t('state.live')}</Badge>
        ) : stream === 'waiting' || stream === 'connecting' ? (
          <Badge tone="warning">{t('state.reconnecting')}</Badge>
        ) : undefined
      }
    >
      <div className="arrivals" role="status" aria-live="assertive">
        {arrived.map((alert) => (
          <Arrival key={alert.id} alert={alert} />
        ))}
      </div>
      <ScreenTabs
        label={t('app.sentiment')}
        path="/sentiment"
        tabs={[
          { id: 'watches', title: t('sentiment.tabs.watches'), content: () => <WatchList /> },
          { id: 'alerts', title: t('sentiment.tabs.alerts'), content: () => <AlertList /> },
          { id: 'score', title: t('sentiment.tabs.score'), content: () => <ScoreText /> },
        ]}
      />
    </Screen>
  );
}
