import { shownCommand } from './shown-command';

const show = (...args: string[]): string => shownCommand('bench', args, '/home/me/attune', '/home/me/attune/tools');

it('leaves out what only says where things lie', () => {
  expect(show('steps', '--python', '/usr/bin/python3', '--rounds', '3', '--out=/tmp/results')).toBe('bench steps --rounds 3');
});

it('names what lies in the checkout from its root, and other files by their last name', () => {
  expect(show('training', '--config', '/home/me/attune/tools/bench/heads/a.yaml')).toBe('bench training --config tools/bench/heads/a.yaml');
  expect(show('detection', '--nab', '/data/nab_tweets')).toBe('bench detection --nab nab_tweets');
  expect(show('prediction', '--texts=/data/rows.jsonl', '--model', '../models/a')).toBe(
    'bench prediction --texts=rows.jsonl --model models/a',
  );
});

it('leaves other arguments as they are', () => {
  expect(show('prediction', '--model', 'models/topics', '--limit', '100')).toBe('bench prediction --model models/topics --limit 100');
});
