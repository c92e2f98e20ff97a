import { runService } from '@attune/service-kit';
import { trainerConfiguration } from './configuration';
import { trainerService } from './service';

void runService(trainerConfiguration, trainerService);
