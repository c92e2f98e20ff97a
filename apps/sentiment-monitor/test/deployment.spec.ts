import { describeDeployment } from '@attune/testing';
import { monitorConfiguration } from '../src/configuration';

describeDeployment('sentiment-monitor', monitorConfiguration);
