import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { kafkaTopics } from './kafka-topics';

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Say which file to write.');
writeFileSync(
  file,
  `# Made of the contracts: npx nx run deploy-tool:topics\n${kafkaTopics()
    .map((topic) => stringify(topic))
    .join('---\n')}`,
);
