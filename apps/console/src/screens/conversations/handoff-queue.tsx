import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button as AriaButton } from 'react-aria-components';
import { useLocation } from 'wouter';
import { Badge, type Tone } from '../../components/badge';
import { Choice } from '../../components/choice';
import { Empty } from '../../components/empty';
import { Paged } from '../../components/paged';
import { Panel } from '../../components/panel';
import { TextInput } from '../../components/text-input';
import { useFormat } from '../../i18n/use-format';
import { HandoffDesk } from './handoff-desk';
import { useHandoffs, type HandoffState } from './queries';
import type { Handoff } from './types';

const PATH = '/conversations/handoffs/';
const STATES = ['waiting', 'claimed', 'returned', 'resolved', 'all'] as const satisfies readonly (HandoffState | 'all')[];
const TONES: Readonly<Record<HandoffState, Tone>> = { waiting: 'warning', claimed: 'accent', returned: 'plain', resolved: 'positive' };

/** Conversations that wait for a person, and the desk at which one is answered. The address names the one at the desk. */
export function HandoffQueue(): ReactNode {
  const { t } = useTranslation();
  const [location, navigate] = useLocation();
  const id = location.startsWith(PATH) ? location.slice(PATH.length) : undefined;
  const [state, setState] = useState<HandoffState | 'all'>('waiting');
  const [agent, setAgent] = useState('');
  const handoffs = useHandoffs(state);
  return (
    <div className="columns columns-narrow-first">
      <Panel title={t('conversations.handoffs.title')}>
        <TextInput label={t('conversations.handoffs.agent')} value={agent} onChange={setAgent} autoComplete="name" />
        <Choice
          label={t('conversations.handoffs.state')}
          value={state}
          onChange={setState}
          options={STATES.map((value) => ({
            value,
            text: value === 'all' ? t('conversations.handoffs.all') : t(`conversations.handoffs.states.${value}`),
          }))}
        />
        <Paged query={handoffs}>
          {(items) =>
            items.length === 0 ? (
              <Empty>{state === 'waiting' ? t('conversations.handoffs.empty') : t('conversations.handoffs.none')}</Empty>
            ) : (
              <ul className="stack">
                {items.map((handoff) => (
                  <li key={handoff.id}>
                    <QueuedHandoff handoff={handoff} isChosen={handoff.id === id} onChoose={() => navigate(PATH + handoff.id)} />
                  </li>
                ))}
              </ul>
            )
          }
        </Paged>
      </Panel>
      {id === undefined ? <Empty>{t('conversations.handoffs.choose')}</Empty> : <HandoffDesk key={id} id={id} agent={agent.trim()} />}
    </div>
  );
}

interface QueuedHandoffProps {
  readonly handoff: Handoff;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

function QueuedHandoff({ handoff, isChosen, onChoose }: QueuedHandoffProps): ReactNode {
  const { t } = useTranslation();
  const { instant } = useFormat();
  const { state, reason, summary, agent, createdAt } = handoff;
  return (
    <AriaButton className={`list-item is-button stack${isChosen ? ' is-chosen' : ''}`} onPress={onChoose} aria-pressed={isChosen}>
      <span className="row spread">
        <Badge tone={TONES[state]}>{t(`conversations.handoffs.states.${state}`)}</Badge>
        <span className="small muted">{instant(createdAt)}</span>
      </span>
      <span className="clip">{summary.question}</span>
      <span className="small muted">
        {t(`conversations.thought.reasons.${reason}`)} · {t('conversations.handoffs.turns', { count: summary.turns })}
        {agent !== undefined && ` · ${t('conversations.handoffs.claimedBy', { agent })}`}
      </span>
    </AriaButton>
  );
}
