import { keptLog } from '../../test/test-service';
import { NestLogger } from './nest-logger';

describe('the log', () => {
  it('shows no secret, wherever it stands', () => {
    const { logger, lines } = keptLog();
    const cause = new Error('postgresql://attune:hunter2@db:5432/attune refused');
    logger.info({
      headers: { authorization: 'Bearer hunter2', 'x-api-key': 'hunter2' },
      secret: 'hunter2',
      a: { b: { password: 'hunter2' } },
    });
    logger.error({ err: new Error('failed', { cause }) }, 'cannot reach postgresql://attune:hunter2@db/attune');
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(JSON.stringify(lines)).toContain('db:5432/attune refused');
  });

  it('takes in what Nest logs, with its context and errors', () => {
    const { logger, lines } = keptLog();
    const nest = new NestLogger(logger);
    nest.error('broke', 'Error: broke\n at x', 'Feature');
    nest.log('mapped', 'RouterExplorer');
    nest.warn(new Error('odd'), 'Feature');
    expect(lines).toMatchObject([
      { level: 'error', msg: 'broke', context: 'Feature', stack: 'Error: broke\n at x' },
      { level: 'debug', msg: 'mapped' },
      { level: 'warn', msg: 'odd', err: { message: 'odd' } },
    ]);
  });
});
