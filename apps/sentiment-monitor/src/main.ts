import { runService } from '@attune/service-kit';
import { monitorConfiguration } from './configuration';
import { monitorService } from './service';

void runService(monitorConfiguration, monitorService);
