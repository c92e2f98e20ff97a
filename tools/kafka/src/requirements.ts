import { AttuneError } from '@attune/artifact';
import { runProgram } from './programs';

const MINIMUM_JAVA = 17;
const HOW_TO_INSTALL = 'On Debian and Ubuntu: apt-get install openjdk-17-jre-headless maven; on macOS: brew install openjdk maven.';
const OR_ELSE = 'Or let KAFKA_BROKERS name a Kafka that runs already, or use deploy/docker/compose.yaml.';

/** @throws AttuneError `setup-missing` where there is no Java, or one too old for Kafka 4 */
export async function requireJava(): Promise<void> {
  const { missing, output } = await runProgram('java', ['-version']);
  const remedy = `${HOW_TO_INSTALL} ${OR_ELSE}`;
  if (missing) throw new AttuneError('setup-missing', `Kafka needs Java ${MINIMUM_JAVA} or later, and there is none.`, { remedy });
  const version = javaVersion(output);
  if (version !== undefined && version < MINIMUM_JAVA) {
    throw new AttuneError('setup-missing', `Kafka needs Java ${MINIMUM_JAVA} or later, and this is ${version}.`, { remedy });
  }
}

/** The feature release in what `java -version` says: 8 for `1.8.0_392`, 17 for `17.0.15`. */
export function javaVersion(output: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return match === null ? undefined : Number(match[1]);
}

/** @throws AttuneError `setup-missing` where there is no Maven to fetch Kafka with */
export async function requireMaven(): Promise<void> {
  const { missing, ok } = await runProgram('mvn', ['--version']);
  if (missing || !ok) {
    throw new AttuneError('setup-missing', 'Maven (mvn) is missing, which fetches Apache Kafka.', {
      remedy: `${HOW_TO_INSTALL} ${OR_ELSE}`,
    });
  }
}
