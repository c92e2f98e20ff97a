import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FileTrigger } from 'react-aria-components';
import { baseUrl, callService } from '../../api/services';
import { readLines } from '../../api/read-lines';
import { saveAs } from '../../api/save-as';
import { Button } from '../../components/button';
import { Failure } from '../../components/failure';
import { Panel } from '../../components/panel';
import type { components } from '../../api/generated/customer-service';

type Progress = components['schemas']['ImportKnowledgeResponse'];

/** Faults that are listed; the count tells the rest. */
const SHOWN_FAULTS = 10;

/** Takes entries in from a file, telling how it goes, and gives them out as one. */
export function KnowledgeTransfer(): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [progress, setProgress] = useState<Progress>();
  const load = useMutation({
    mutationFn: async (file: File) => {
      setProgress(undefined);
      const type = /\.csv$/i.test(file.name) ? 'text/csv' : 'application/x-ndjson';
      const request = new Request(`${baseUrl('customer-service')}/v1/knowledge/import`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: file,
      });
      for await (const line of readLines(await callService('customer-service', request))) setProgress(JSON.parse(line) as Progress);
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: ['knowledge'] }),
  });
  const give = useMutation({
    mutationFn: async () => {
      const request = new Request(`${baseUrl('customer-service')}/v1/knowledge/export?format=csv`);
      saveAs('knowledge.csv', await (await callService('customer-service', request)).blob());
    },
  });
  const counts = progress === undefined ? undefined : { accepted: progress.accepted, refused: progress.refusedRows };
  return (
    <Panel title={t('conversations.knowledge.import')}>
      <p className="muted">{t('conversations.knowledge.file')}</p>
      <div className="row">
        <FileTrigger
          acceptedFileTypes={['.csv', '.jsonl', '.ndjson', 'text/csv']}
          onSelect={(files) => {
            const file = files?.[0];
            if (file !== undefined) load.mutate(file);
          }}
        >
          <Button isPending={load.isPending}>{t('conversations.knowledge.import')}</Button>
        </FileTrigger>
        <Button onPress={() => give.mutate()} isPending={give.isPending}>
          {t('conversations.knowledge.export')}
        </Button>
      </div>
      {progress !== undefined && counts !== undefined && (
        <div role="status" className="stack">
          <p>{progress.done ? t('conversations.knowledge.imported', counts) : t('conversations.knowledge.importing', counts)}</p>
          {progress.error !== undefined && <p>{t('conversations.knowledge.broke', { error: progress.error })}</p>}
          <ul className="small muted">
            {progress.refused.slice(0, SHOWN_FAULTS).map(({ row, message }) => (
              <li key={row}>{t('conversations.knowledge.row', { row, message })}</li>
            ))}
          </ul>
        </div>
      )}
      {load.error !== null && <Failure error={load.error} />}
      {give.error !== null && <Failure error={give.error} />}
    </Panel>
  );
}
