import { runService } from '@attune/http-kit';
import { consoleConfiguration } from './configuration';
import { consoleService } from './service';

void runService(consoleConfiguration, consoleService);
