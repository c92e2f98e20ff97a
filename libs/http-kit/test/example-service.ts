import { Controller, Get, Module } from '@nestjs/common';
import { z } from 'zod';
import { ApiRoute, defineConfiguration, runService } from '../src';

@Controller('v1')
class ExampleController {
  @Get('reject')
  @ApiRoute({ summary: 'Leaves a rejection behind', scope: 'read', responses: { 200: { description: 'Nothing', schema: z.object({}) } } })
  reject(): object {
    void Promise.reject(new Error('nobody handles this'));
    return {};
  }
}

@Module({ controllers: [ExampleController] })
class ExampleModule {}

void runService(defineConfiguration({}), (configuration) => ({
  name: 'example',
  version: '0.0.1',
  configuration,
  module: ExampleModule,
  documents: { title: 'Example', description: 'A process for tests' },
}));
