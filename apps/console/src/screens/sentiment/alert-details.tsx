import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { dataOf, sentimentMonitor } from '../../api/services';
import { Badge } from '../../components/badge';
import { Button } from '../../components/button';
import { Failure } from '../../components/failure';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { TextInput } from '../../components/text-input';
import { useFormat } from '../../i18n/use-format';
import { SEVERITY_TONES } from './alert-line';
import { AlertStory } from './alert-story';
import { useAlert } from './queries';
import { useMute } from './use-mute';
import type { Alert } from './types';
import type { components } from '../../api/generated/sentiment-monitor';

type Change = components['schemas']['UpdateAlertRequest'];

/** One alert: what was counted, why it was told, the stories behind it, and what people say of it. */
export function AlertDetails({ id }: { readonly id: string }): ReactNode {
  const { t } = useTranslation();
  const alert = useAlert(id);
  return (
    <Panel title={alert.data?.watchName ?? t('sentiment.alerts.title')}>
      <Loaded query={alert}>
        {(data) => (
          <>
            <AlertFigures alert={data} />
            <h3>{t('sentiment.alerts.why')}</h3>
            <ul className="bullets">
              {data.reasons.map((reason) => (
                <li key={reason}>{reason}</li>
              ))}
            </ul>
            <h3>{t('sentiment.alerts.evidence')}</h3>
            <ul className="stack">
              {data.stories.map((story) => (
                <li key={story.documentId} className="list-item stack">
                  <AlertStory story={story} watchId={data.watchId} />
                </li>
              ))}
            </ul>
            <Judgement alert={data} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function AlertFigures({ alert }: { readonly alert: Alert }): ReactNode {
  const { t } = useTranslation();
  const { instant, number, percent, time } = useFormat();
  const { severity, state, openedAt, resolvedAt, window, observed, expected, probability, negativeShare, volume, modelVersion } = alert;
  return (
    <>
      <div className="row">
        <Badge tone={SEVERITY_TONES[severity]}>{t(`sentiment.alerts.severities.${severity}`)}</Badge>
        <Badge tone={state === 'open' ? 'accent' : 'plain'}>{t(`sentiment.alerts.states.${state}`)}</Badge>
        {alert.acknowledgedAt !== undefined && (
          <Badge tone="positive">
            {alert.acknowledgedBy === undefined
              ? t('sentiment.alerts.acknowledged')
              : t('sentiment.alerts.acknowledgedBy', { by: alert.acknowledgedBy })}
          </Badge>
        )}
        {alert.falseAlarm && <Badge>{t('sentiment.alerts.isFalse')}</Badge>}
        <Link href={`/sentiment/watches/${encodeURIComponent(alert.watchId)}`}>{t('sentiment.alerts.toWatch')}</Link>
      </div>
      <dl className="facts">
        <dt>{t('sentiment.alerts.opened')}</dt>
        <dd>{instant(openedAt)}</dd>
        {resolvedAt !== undefined && (
          <>
            <dt>{t('sentiment.alerts.resolved')}</dt>
            <dd>{instant(resolvedAt)}</dd>
          </>
        )}
        <dt>{t('sentiment.alerts.window')}</dt>
        <dd>
          {time(window.start)} – {time(window.end)}
        </dd>
        <dt>{t('sentiment.alerts.observed')}</dt>
        <dd>
          <strong>{number(observed, 0)}</strong> ({t('sentiment.alerts.expectedCount', { expected: number(expected, 2) })})
        </dd>
        <dt>{t('sentiment.alerts.probability')}</dt>
        <dd>{probability.toExponential(1)}</dd>
        <dt>{t('sentiment.alerts.share')}</dt>
        <dd>{percent(negativeShare)}</dd>
        <dt>{t('sentiment.alerts.volume')}</dt>
        <dd>{number(volume, 0)}</dd>
        <dt>{t('sentiment.alerts.model')}</dt>
        <dd>
          <code>{modelVersion}</code>
        </dd>
      </dl>
    </>
  );
}

function Judgement({ alert }: { readonly alert: Alert }): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [note, setNote] = useState(alert.note ?? '');
  const mute = useMute(alert.watchId);
  const change = useMutation({
    mutationFn: (body: Change) => dataOf(sentimentMonitor.PATCH('/v1/alerts/{id}', { params: { path: { id: alert.id } }, body })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['alerts'] }),
  });
  return (
    <>
      <div className="row">
        {alert.acknowledgedAt === undefined && (
          <Button look="primary" onPress={() => change.mutate({ acknowledged: true })} isDisabled={change.isPending}>
            {t('sentiment.alerts.acknowledge')}
          </Button>
        )}
        <Button onPress={() => change.mutate({ falseAlarm: !alert.falseAlarm })} isDisabled={change.isPending}>
          {alert.falseAlarm ? t('sentiment.alerts.notFalse') : t('sentiment.alerts.falseAlarm')}
        </Button>
        <Button onPress={() => mute.mutate(true)} isDisabled={mute.isPending || mute.isSuccess}>
          {t('sentiment.alerts.muteWatch')}
        </Button>
      </div>
      <TextInput label={t('sentiment.alerts.note')} rows={2} value={note} onChange={setNote} />
      <div className="row">
        <Button onPress={() => change.mutate({ note: note.trim() })} isDisabled={change.isPending || note.trim() === (alert.note ?? '')}>
          {t('sentiment.alerts.saveNote')}
        </Button>
        {(change.isSuccess || mute.isSuccess) && (
          <span role="status" className="muted small">
            {t('state.saved')}
          </span>
        )}
      </div>
      {change.error !== null && <Failure error={change.error} />}
      {mute.error !== null && <Failure error={mute.error} />}
    </>
  );
}
