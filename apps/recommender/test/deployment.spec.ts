import { describeDeployment } from '@attune/testing';
import { recommenderConfiguration } from '../src/configuration';

describeDeployment('recommender', recommenderConfiguration, { nodeFlags: ['--max-semi-space-size=4'] });
