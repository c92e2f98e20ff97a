/** Kubernetes whose schemas and policies the manifests are checked against. */
export const KUBERNETES_VERSION = '1.33.1';

/** An operator whose custom resources the manifests use. */
export interface Operator {
  readonly name: string;
  readonly version: string;
}

/** One whose definitions of custom resources lie in a folder of its Go module. */
export interface GoOperator extends Operator {
  readonly module: string;
  readonly folder: string;
}

/** Each of the newest release that its registry had when the manifests were last gone over. */
export const GO_OPERATORS: readonly GoOperator[] = [
  { name: 'CloudNativePG', version: '1.30.0', module: 'github.com/cloudnative-pg/cloudnative-pg', folder: 'config/crd/bases' },
  { name: 'Barman Cloud plugin', version: '0.15.0', module: 'github.com/cloudnative-pg/plugin-barman-cloud', folder: 'config/crd/bases' },
  { name: 'KEDA', version: '2.21.0', module: 'github.com/kedacore/keda/v2', folder: 'config/crd/bases' },
  { name: 'External Secrets', version: '1.3.2', module: 'github.com/external-secrets/external-secrets', folder: 'config/crds/bases' },
  {
    name: 'Prometheus Operator',
    version: '0.85.0',
    module: 'github.com/prometheus-operator/prometheus-operator',
    folder: 'example/prometheus-operator-crd',
  },
];

/** Strimzi is no Go module: its schemas are made of the classes that it reads resources into, from Maven. */
export const STRIMZI: Operator & { readonly apiVersion: string; readonly classes: readonly string[] } = {
  name: 'Strimzi',
  version: '0.51.0',
  apiVersion: 'kafka.strimzi.io/v1',
  classes: ['kafka.Kafka', 'nodepool.KafkaNodePool', 'topic.KafkaTopic', 'user.KafkaUser'].map(
    (name) => `io.strimzi.api.kafka.model.${name}`,
  ),
};

/** Every operator that a cluster needs for the production overlay. */
export const OPERATORS: readonly Operator[] = [STRIMZI, ...GO_OPERATORS];
