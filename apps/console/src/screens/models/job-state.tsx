import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge, type Tone } from '../../components/badge';
import { useFormat } from '../../i18n/use-format';
import { shareDone } from './share-done';
import { isActive } from './queries';
import type { TrainingJob } from './types';

const TONES: Record<TrainingJob['status'], Tone> = {
  queued: 'plain',
  running: 'accent',
  succeeded: 'positive',
  refused: 'warning',
  failed: 'negative',
  cancelled: 'warning',
};

/** The state of a training in a word or two. */
export function JobState({ job }: { readonly job: TrainingJob }): ReactNode {
  const { t } = useTranslation();
  const { percent } = useFormat();
  const { status, cancelling, progress } = job;
  const isStopping = cancelling && isActive(job);
  const share = status === 'running' ? shareDone(progress) : undefined;
  return (
    <Badge tone={isStopping ? 'warning' : TONES[status]}>
      {isStopping ? t('models.cancelling') : t(`models.states.${status}`)}
      {share !== undefined && !isStopping && ` · ${percent(Math.round(share * 100) / 100)}`}
    </Badge>
  );
}
