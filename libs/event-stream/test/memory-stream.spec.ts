import { openMemoryStream } from '../src/index';
import { describeDelivery } from './delivery-contract';
import { describeFailure } from './failure-contract';
import { describeReplay } from './replay-contract';
import { ContractFixture } from './stream-contract';

describe('the stream in memory', () => {
  const fixture = new ContractFixture(async (options) => openMemoryStream(options));
  afterEach(() => fixture.closeAll());
  describeDelivery(fixture);
  describeFailure(fixture);
  describeReplay(fixture);
});
