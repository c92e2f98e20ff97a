import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { KUBECONFORM } from './check-schemas';
import { KUBE_SCORE } from './policy/practices';
import { schemaDirectory } from './schemas/kubernetes-schemas';

/** A program that the checks of manifests need and do not find. */
export interface MissingProgram {
  readonly reason: string;
  readonly remedy: string;
}

/** Go, which fetches what Kubernetes and the operators say of themselves. */
export const GO = { program: 'go', remedy: 'Install Go 1.24 or later: https://go.dev/dl' };
const MAVEN = { program: 'mvn', remedy: 'Install Maven, on Debian and Ubuntu: apt-get install maven' };

/** The first of these programs that is not installed. */
export function firstMissing(programs: readonly { readonly program: string; readonly remedy: string }[]): MissingProgram | undefined {
  const missing = programs.find(({ program }) => spawnSync(program, ['-h'], { stdio: 'ignore' }).error !== undefined);
  return missing === undefined ? undefined : { reason: `there is no ${missing.program}.`, remedy: missing.remedy };
}

/** What keeps manifests from being checked on this machine: once the schemas are made, Go and Maven are needed no more. */
export function checksMissing(): MissingProgram | undefined {
  return firstMissing([KUBECONFORM, KUBE_SCORE, ...(existsSync(schemaDirectory()) ? [] : [GO, MAVEN])]);
}
