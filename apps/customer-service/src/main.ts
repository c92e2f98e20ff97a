import { runService } from '@attune/service-kit';
import { customerServiceConfiguration } from './configuration';
import { customerService } from './service';

void runService(customerServiceConfiguration, customerService);
