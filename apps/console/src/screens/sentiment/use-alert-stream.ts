import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { useEvents, type StreamState } from '../../api/use-events';
import type { components } from '../../api/generated/sentiment-monitor';
import type { Alert } from './types';

type AlertEvent = components['schemas']['StreamAlertsResponse'];

/** Follows the alerts as they come: what is shown of them is asked for anew, and `onArrival` told of each event once. */
export function useAlertStream(onArrival: (alert: Alert) => void): StreamState {
  const queries = useQueryClient();
  const told = useRef(new Set<string>());
  return useEvents(
    'sentiment-monitor',
    '/v1/alerts/stream',
    ({ data }) => {
      const { id, data: alert, time } = JSON.parse(data) as AlertEvent;
      // After a crash of the service an event may come again.
      if (told.current.has(id)) return;
      told.current.add(id);
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
