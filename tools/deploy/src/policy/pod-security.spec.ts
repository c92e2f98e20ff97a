import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeUnlessMissing } from '@attune/testing';
import { parse } from 'yaml';
import { firstMissing, GO } from '../missing-programs';
import { goModuleDirectory } from '../schemas/go-module';
import { brokenControls } from './pod-security';
import type { Pod } from './pods';

const FETCHING = 300_000;
/** The newest that Kubernetes 1.33 brings examples of: the profile did not change in between. */
const VERSION = 'v1.32';

/** Kubernetes' own examples of pods that its admission lets in, and of those that it turns away. */
describeUnlessMissing({ name: 'Go', missing: firstMissing([GO]) }, 'the profile restricted', () => {
  let examples: string;

  beforeAll(async () => {
    examples = join(await goModuleDirectory('k8s.io/pod-security-admission', '0.33.1'), 'test/testdata/restricted', VERSION);
  }, FETCHING);

  const verdicts = (folder: 'pass' | 'fail'): [string, string[]][] =>
    readdirSync(join(examples, folder)).map((name) => [
      name,
      brokenControls(parse(readFileSync(join(examples, folder, name), 'utf8')) as Pod),
    ]);

  it('admits what Kubernetes admits', () => {
    const admitted = verdicts('pass');
    expect(admitted.length).toBeGreaterThan(10);
    expect(admitted.filter(([, controls]) => controls.length > 0)).toEqual([]);
  });

  it('turns away what Kubernetes turns away', () => {
    const refused = verdicts('fail');
    expect(refused.length).toBeGreaterThan(50);
    expect(refused.filter(([, controls]) => controls.length === 0)).toEqual([]);
  });
});
