import { beforeEach, describe, expect, test } from 'vitest';
import { GroupApiBed, versions } from '../../test/groups/group-api-bed.ts';
import { ErrorCode } from '../protocol/errors.ts';
import { initProducerIdHandler } from './init-producer-id.ts';

let bed: GroupApiBed;
beforeEach(async () => {
  bed = await GroupApiBed.ready();
});

describe('InitProducerId', () => {
  test.each(versions(0, 5))('version %i gives an idempotent producer an id', async (version) => {
    const response = await bed.ask(initProducerIdHandler(bed.needs), version, { transactionalId: null });
    expect(response).toMatchObject({ errorCode: 0, producerId: 4000, producerEpoch: 0 });
  });

  test.each([
    ['an empty transactional id', { transactionalId: '' }, ErrorCode.INVALID_REQUEST],
    ['an id without an epoch', { transactionalId: null, producerId: 7 }, ErrorCode.INVALID_REQUEST],
  ])('%s is refused', async (_what, request, errorCode) => {
    const response = await bed.ask(initProducerIdHandler(bed.needs), 5, request);
    expect(response).toMatchObject({ errorCode, producerId: -1, producerEpoch: -1 });
  });
});
