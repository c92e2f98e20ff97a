import { describeWithReal, realKafka } from '@attune/testing';
import { openKafkaStream } from '../src/index';
import { describeDelivery } from './delivery-contract';
import { describeFailure } from './failure-contract';
import { describeReplay } from './replay-contract';
import { ContractFixture } from './stream-contract';

describeWithReal(realKafka, 'the stream on Kafka', (brokers) => {
  const fixture = new ContractFixture((options) => openKafkaStream({ brokers: brokers(), maxWait: 50, ...options }));
  afterEach(() => fixture.closeAll());
  describeDelivery(fixture);
  describeFailure(fixture);
  describeReplay(fixture);
});
