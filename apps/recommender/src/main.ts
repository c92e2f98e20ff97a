import { runService } from '@attune/service-kit';
import { recommenderConfiguration } from './configuration';
import { recommenderService } from './service';

void runService(recommenderConfiguration, recommenderService);
