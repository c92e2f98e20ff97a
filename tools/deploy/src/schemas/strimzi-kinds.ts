import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '@attune/artifact';
import { runProgram } from '../run-program';
import { withMetadata } from './custom-kinds';
import { ofKind, type JsonSchema, type KindSchema } from './json-schema';
import { STRIMZI } from './sources';

const GENERATOR = { groupId: 'com.github.victools', artifactId: 'jsonschema-maven-plugin', version: '4.38.0' };

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>attune</groupId>
  <artifactId>strimzi-schemas</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>io.strimzi</groupId><artifactId>api</artifactId><version>${STRIMZI.version}</version></dependency>
  </dependencies>
  <build><plugins><plugin>
    <groupId>${GENERATOR.groupId}</groupId>
    <artifactId>${GENERATOR.artifactId}</artifactId>
    <version>${GENERATOR.version}</version>
    <configuration>
      <classNames>${STRIMZI.classes.map((name) => `<className>${name}</className>`).join('')}</classNames>
      <classpath>WITH_RUNTIME_DEPENDENCIES</classpath>
      <schemaVersion>DRAFT_7</schemaVersion>
      <schemaFilePath>schemas</schemaFilePath>
      <schemaFileName>{0}.json</schemaFileName>
      <options>
        <preset>PLAIN_JSON</preset>
        <enabled>
          <option>FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT</option>
          <option>MAP_VALUES_AS_ADDITIONAL_PROPERTIES</option>
        </enabled>
      </options>
      <modules><module><name>Jackson</name><options><option>FLATTENED_ENUMS_FROM_JSONVALUE</option></options></module></modules>
    </configuration>
  </plugin></plugins></build>
</project>
`;

const QUANTITY: JsonSchema = { anyOf: [{ type: 'number' }, { type: 'string' }] };

/**
 * The schemas of Strimzi's resources, made by Maven of the classes that Strimzi reads them into.
 *
 * @param folder an empty one to work in
 * @throws AttuneError `setup-missing` where Maven cannot
 */
export async function strimziKinds(folder: string, metadata: JsonSchema): Promise<KindSchema[]> {
  await writeFile(join(folder, 'pom.xml'), POM);
  const goal = [GENERATOR.groupId, GENERATOR.artifactId, GENERATOR.version, 'generate'].join(':');
  const { ok, stdout } = await runProgram('mvn', ['--quiet', '--batch-mode', goal], folder);
  if (!ok) {
    throw new AttuneError('setup-missing', `Maven could not make the schemas of Strimzi ${STRIMZI.version}.\n${stdout}`, {
      remedy: 'Check the network, and the repositories and proxies in ~/.m2/settings.xml.',
    });
  }
  const [group, version] = STRIMZI.apiVersion.split('/');
  return Promise.all(
    STRIMZI.classes.map(async (name) => {
      const kind = name.slice(name.lastIndexOf('.') + 1);
      const schema = JSON.parse(await readFile(join(folder, 'schemas', `${kind}.json`), 'utf8'), reviveQuantities) as JsonSchema;
      return { group, version, kind, schema: withMetadata(ofKind(schema, STRIMZI.apiVersion, kind), metadata) };
    }),
  );
}

/** A quantity (`2Gi`) is written as a plain value, not as the object that Java makes of it. */
function reviveQuantities(_: string, value: unknown): unknown {
  const isQuantity =
    typeof value === 'object' && value !== null && 'properties' in value && hasOnly(value.properties, ['amount', 'format']);
  return isQuantity ? QUANTITY : value;
}

function hasOnly(properties: unknown, names: readonly string[]): boolean {
  return (
    Object.keys(properties as object)
      .sort()
      .join() === names.join()
  );
}
