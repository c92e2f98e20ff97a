import { describeDeployment } from '@attune/testing';
import { customerServiceConfiguration } from '../src/configuration';

describeDeployment('customer-service', customerServiceConfiguration, { nodeFlags: ['--max-semi-space-size=64'] });
