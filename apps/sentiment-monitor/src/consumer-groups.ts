/** The groups in which the stages consume: by their commits it is known how far each stage has come. */
export const CONSUMER_GROUPS = { scoring: 'sentiment-monitor.scoring', detection: 'sentiment-monitor.detection' } as const;
