import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatCount } from '../../terminal';
import { ROOT } from '../places';
import { sendFile } from '../send-file';
import { step } from '../show-service';

const KNOWLEDGE = join(ROOT, 'apps/customer-service/head/knowledge.jsonl');

/** Hands the example entries to the customer service. @throws AttuneError `bad-data` where one of them is refused */
export async function loadKnowledge(url: string, signal: AbortSignal): Promise<void> {
  const entries = await readFile(KNOWLEDGE, 'utf8');
  const accepted = await sendFile(`${url}/v1/knowledge/import`, { contentType: 'application/x-ndjson', file: entries, signal });
  step(`handed in ${formatCount(accepted)} entries of knowledge`);
}
