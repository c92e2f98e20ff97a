import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Loads TensorFlow in a process of its own, and says what that process wrote. */
function load(logLevel: string): Promise<{ stdout: string; stderr: string }> {
  const script = `require('@swc-node/register');
    const tf = require(${JSON.stringify(join(__dirname, 'tensorflow.ts'))}).loadTensorFlow();
    process.stdout.write(tf.tidy(() => tf.matMul(tf.ones([1, 3]), tf.concat([tf.ones([2, 1]), tf.ones([1, 1])])).dataSync().join()));
    process.stderr.write('own message');`;
  const root = join(__dirname, '../../../..');
  return promisify(execFile)(process.execPath, ['-e', script], {
    cwd: root,
    env: {
      ...process.env,
      SWC_NODE_PROJECT: join(root, 'tsconfig.base.json'),
      // TensorFlow has something to say then on every processor.
      TF_ENABLE_ONEDNN_OPTS: '1',
      TF_CPP_MIN_LOG_LEVEL: logLevel,
    },
  });
}

describe('native TensorFlow', () => {
  it('is loaded without a word of its own, and leaves standard error to others', async () => {
    expect(await load('2')).toEqual({ stdout: '3', stderr: 'own message' });
  });

  it('says what it has to say where it is asked to', async () => {
    const { stdout, stderr } = await load('0');
    expect(stdout).toBe('3');
    expect(stderr).toMatch(/oneDNN.*own message$/s);
  });
});
