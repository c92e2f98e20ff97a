import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Button } from '../../components/button';
import { Choice } from '../../components/choice';
import { Empty } from '../../components/empty';
import { Failure } from '../../components/failure';
import { Loaded } from '../../components/loaded';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { DriftFigures } from './drift-figures';
import { FeedbackTable } from './feedback-table';
import { useHeads } from './queries';
import { ShadowPanel } from './shadow-panel';
import { useFeedback, useReview, useStartUpdate, useUpdateSettings } from './update-queries';
import { addressOf, useNamed } from './use-address';
import type { FeedbackRow, Head } from './types';

const STATES: readonly FeedbackRow['state'][] = ['pending', 'approved', 'rejected'];

/** Corrections to be reviewed, and the update that learns from those that are approved. */
export function UpdatesPart(): ReactNode {
  const { t } = useTranslation();
  const heads = useHeads();
  const [named, name] = useNamed();
  return (
    <Loaded query={heads}>
      {(all) => {
        // A ranking learns from events, and from no corrections.
        const learning = all.filter(({ task }) => task !== 'ranking');
        const head = learning.find((one) => one.name === named.head) ?? learning.at(0);
        if (head === undefined) return <Empty>{t('models.noHeads')}</Empty>;
        return (
          <div className="stack">
            <div className="form-grid">
              <Choice
                label={t('models.head')}
                options={learning.map((one) => ({ value: one.name, text: one.name }))}
                value={head.name}
                onChange={(chosen) => name({ head: chosen })}
              />
            </div>
            <UpdatePanel key={`update of ${head.name}`} head={head} />
            <ShadowPanel key={`shadow of ${head.name}`} head={head} />
            <Corrections key={`corrections of ${head.name}`} head={head.name} />
          </div>
        );
      }}
    </Loaded>
  );
}

function UpdatePanel({ head }: { readonly head: Head }): ReactNode {
  const { t } = useTranslation();
  const settings = useUpdateSettings(head.name);
  const start = useStartUpdate(head.name);
  const isServed = head.current !== undefined;
  return (
    <Panel
      title={t('updates.update', { head: head.name })}
      actions={
        <Button look="primary" small isDisabled={!isServed} isPending={start.isPending} onPress={() => start.mutate()}>
          {t('updates.updateNow')}
        </Button>
      }
    >
      <div className="stack">
        <p>{t('updates.updateText')}</p>
        {settings.data?.promote !== undefined && <p className="muted">{t(`updates.settings.${settings.data.promote}`)}</p>}
        {!isServed && <p className="notice notice-warning">{t('updates.nothingServes')}</p>}
        <p role="status" className="done-notice">
          {start.data !== undefined && (
            <>
              {t('updates.begun')} <Link href={addressOf('trainings', { job: start.data.id })}>{t('updates.toUpdate')}</Link>
            </>
          )}
        </p>
        {start.error !== null && <Failure error={start.error} />}
        {isServed && <DriftFigures head={head.name} />}
      </div>
    </Panel>
  );
}

function Corrections({ head }: { readonly head: string }): ReactNode {
  const { t } = useTranslation();
  const [state, setState] = useState<FeedbackRow['state']>('pending');
  const rows = useFeedback(head, state);
  const review = useReview(head);
  const shown = rows.data ?? [];
  return (
    <Panel
      title={t('updates.corrections')}
      actions={
        state === 'pending' &&
        shown.length > 0 && (
          <Button
            small
            isPending={review.isPending}
            onPress={() => review.mutate({ ids: shown.map(({ id }) => id), state: 'approved' })}
          >
            {t('updates.approveAll', { count: shown.length })}
          </Button>
        )
      }
    >
      <div className="form-grid">
        <Choice
          label={t('updates.shown')}
          options={STATES.map((value) => ({ value, text: t(`updates.states.${value}`) }))}
          value={state}
          onChange={setState}
        />
      </div>
      {review.error !== null && <Failure error={review.error} />}
      <Paged query={rows}>
        {(items) =>
          items.length === 0 ? (
            <Empty>{t('updates.noCorrections', { head })}</Empty>
          ) : (
            <FeedbackTable rows={items} isPending={review.isPending} onReview={(id, to) => review.mutate({ ids: [id], state: to })} />
          )
        }
      </Paged>
    </Panel>
  );
}
