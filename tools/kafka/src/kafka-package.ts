import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError, cacheDirectory, isDiskFull } from '@attune/artifact';
import { lastLines, runProgram } from './programs';
import { requireMaven } from './requirements';

/** The Apache Kafka that is fetched. */
export const KAFKA_VERSION = '4.1.1';

/** Kafka logs through slf4j and brings no writer of its own; without one a node that cannot start says nothing. */
const LOG_WRITER_VERSION = '2.24.3';
const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>attune</groupId>
  <artifactId>kafka-node</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>${LOG_WRITER_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** Where Kafka's jars stand. The folder need not be there yet. */
export function kafkaDirectory(): string {
  return join(cacheDirectory(), 'kafka', KAFKA_VERSION);
}

/**
 * Fetches Kafka and what it needs with Maven, which knows the machine's repositories and proxies, unless it is there.
 *
 * @param onStep told what is done, where anything is
 * @returns the folder with the jars
 * @throws AttuneError `setup-missing` where Maven is missing or cannot fetch it, `disk-full`
 */
export async function ensureKafka(onStep: (step: string) => void = () => undefined): Promise<string> {
  const directory = kafkaDirectory();
  if (await exists(directory)) return directory;
  await requireMaven();
  onStep(`Fetching Apache Kafka ${KAFKA_VERSION} with Maven`);
  const parent = join(cacheDirectory(), 'kafka');
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, 'fetching-'));
  try {
    await fetchJars(work);
    // A finished folder appears whole or not at all; of two that fetch at once the second finds the first's.
    await rename(join(work, 'jars'), directory).catch(async (error: unknown) => {
      if (!(await exists(directory))) throw error;
    });
  } catch (error) {
    if (isDiskFull(error)) throw new AttuneError('disk-full', `${parent}: the disk is full.`, { cause: error });
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return directory;
}

async function fetchJars(work: string): Promise<void> {
  await writeFile(join(work, 'pom.xml'), POM);
  const { ok, output } = await runProgram(
    'mvn',
    ['--quiet', '--batch-mode', COPY_DEPENDENCIES, '-DincludeScope=runtime', '-DoutputDirectory=jars'],
    work,
  );
  const jars = ok ? await readdir(join(work, 'jars')) : [];
  if (!jars.includes(`kafka_2.13-${KAFKA_VERSION}.jar`)) {
    throw new AttuneError('setup-missing', `Maven could not fetch Apache Kafka ${KAFKA_VERSION}.\n${lastLines(output)}`, {
      remedy: 'Check the network, and the repositories and proxies in ~/.m2/settings.xml.',
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
