import { useQueryClient } from '@tanstack/react-query';
import { useEvents, type StreamState } from '../../api/use-events';
import type { components } from '../../api/generated/sentiment-monitor';
import type { Alert } from './types';

type AlertEvent = components['schemas']['StreamAlertsResponse'];

/** Follows the alerts as they come: what is shown of them is asked for anew, and `onArrival` told. */
export function useAlertStream(onArrival: (alert: Alert) => void): StreamState {
  const queries = useQueryClient();
  return useEvents(
    'sentiment-monitor',
    '/v1/alerts/stream',
    ({ data }) => {
      const { data: alert, time } = JSON.parse(data) as AlertEvent;
      void queries.invalidateQueries({ queryKey: ['alerts'] });
      void queries.invalidateQueries({ queryKey: ['trend', alert.watchId] });
      onArrival({ ...alert, updatedAt: time, falseAlarm: false });
    },
    {
      onOpen: () => {
        void queries.invalidateQueries({ queryKey: ['alerts'] });
        void queries.invalidateQueries({ queryKey: ['trend'] });
      },
    },
  );
}
