import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button';
import { Choice } from '../../components/choice';
import { Failure } from '../../components/failure';
import { Loaded } from '../../components/loaded';
import { Panel } from '../../components/panel';
import { RatioSlider } from '../../components/ratio-slider';
import { useFormat } from '../../i18n/use-format';
import { Promote } from './promote';
import { useVersions } from './queries';
import { ShadowFigures } from './shadow-figures';
import { useShadows, useStartShadow, useStopShadow } from './shadow-queries';
import type { Head, HeadShadow } from './types';

const FIRST_SHARE = 0.1;

/** A version that scores beside what serves before it is promoted: what it says, and how it begins and ends. */
export function ShadowPanel({ head }: { readonly head: Head }): ReactNode {
  const { t } = useTranslation();
  const shadows = useShadows(head.name);
  return (
    <Panel title={t('updates.inShadow.title')}>
      <div className="stack">
        <p>{t('updates.inShadow.text')}</p>
        <Loaded query={shadows}>
          {({ shadow }) => (shadow === undefined ? <StartShadow head={head} /> : <RunningShadow head={head} shadow={shadow} />)}
        </Loaded>
      </div>
    </Panel>
  );
}

function RunningShadow({ head, shadow: { version, share, startedAt } }: { readonly head: Head; readonly shadow: HeadShadow }): ReactNode {
  const { t } = useTranslation();
  const { instant, percent } = useFormat();
  const stop = useStopShadow(head.name);
  return (
    <>
      <p>{t('updates.inShadow.running', { version, share: percent(share), time: instant(startedAt) })}</p>
      <ShadowFigures head={head.name} version={version} />
      <div className="row">
        <Promote head={head} version={version} onDone={() => undefined} />
        <Button small isPending={stop.isPending} onPress={() => stop.mutate()}>
          {t('updates.inShadow.stop')}
        </Button>
      </div>
      {stop.error !== null && <Failure error={stop.error} />}
    </>
  );
}

function StartShadow({ head }: { readonly head: Head }): ReactNode {
  const { t } = useTranslation();
  const versions = useVersions(head.name);
  const start = useStartShadow(head.name);
  const [chosen, choose] = useState<string>();
  const [share, setShare] = useState(FIRST_SHARE);
  const candidates = (versions.data ?? []).filter(({ isCurrent, problem }) => !isCurrent && problem === undefined);
  const version = candidates.find((one) => one.version === chosen)?.version ?? candidates.at(0)?.version;
  if (version === undefined || head.current === undefined) return <p className="muted">{t('updates.inShadow.none')}</p>;
  return (
    <>
      <div className="form-grid">
        <Choice
          label={t('updates.inShadow.version')}
          options={candidates.map((one) => ({ value: one.version, text: one.version }))}
          value={version}
          onChange={choose}
        />
        <RatioSlider label={t('updates.inShadow.share')} value={share} onChange={setShare} />
      </div>
      <div className="row">
        <Button small isDisabled={share === 0} isPending={start.isPending} onPress={() => start.mutate({ version, share })}>
          {t('updates.inShadow.start')}
        </Button>
      </div>
      {start.error !== null && <Failure error={start.error} />}
    </>
  );
}
