import { runService } from '@attune/service-kit';
import { consoleConfiguration } from './configuration';
import { consoleService } from './service';

void runService(consoleConfiguration, consoleService);
