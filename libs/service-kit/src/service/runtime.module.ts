import { CONFIGURATION, LOGGER, made, Metrics, Readiness, Shutdown, type ServiceOptions } from '@attune/http-kit';
import { Module, type DynamicModule } from '@nestjs/common';
import { DriftMetrics } from '../metrics/drift-metrics';
import { InferenceMetrics } from '../metrics/inference-metrics';
import { ShadowMetrics } from '../metrics/shadow-metrics';
import { ServedModels } from '../model/served-models';

/** What every module of a service can inject beside what every HTTP server has. */
@Module({})
export class RuntimeModule {
  static around(service: ServiceOptions['module']): DynamicModule {
    return {
      module: RuntimeModule,
      global: true,
      imports: [service],
      providers: [
        made(InferenceMetrics, [Metrics]),
        made(DriftMetrics, [Metrics]),
        made(ShadowMetrics, [Metrics]),
        made(ServedModels, [CONFIGURATION, LOGGER, InferenceMetrics, DriftMetrics, ShadowMetrics, Readiness, Shutdown]),
      ],
      exports: [InferenceMetrics, ServedModels],
    };
  }
}
