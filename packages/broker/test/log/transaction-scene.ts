import type { AdmissionTerms } from '../../src/log/assigned-appends.ts';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import type { VerificationGuard } from '../../src/log/transaction-verifications.ts';
import { buildTransactionMarker } from '../../src/protocol/control-records.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { batchOf } from './log-bed.ts';

export const PRODUCER = 7;

/** What a producer and its coordinator do to one log; every call answers with the error code. */
export class TransactionScene {
  readonly log: PartitionLog;
  readonly producerId: number;

  constructor(log: PartitionLog, producerId = PRODUCER) {
    this.log = log;
    this.producerId = producerId;
  }

  /** The guard that a batch of that epoch is asked with; an error code where it is refused, null where it is open. */
  ask(epoch: number, { sequence = 0, bumpsEpoch = false } = {}): VerificationGuard | number | null {
    const batch = { producerId: this.producerId, epoch, firstSequence: sequence, bumpsEpoch };
    const start = this.log.verifications.start(batch, 0);
    if (start.kind === 'asked') return start.guard;
    return start.kind === 'open' ? null : start.errorCode;
  }

  /** Writes one record, asked before or not. */
  send(
    epoch: number,
    sequence: number,
    {
      asked = null,
      transactional = true,
    }: { asked?: ReturnType<TransactionScene['ask']>; transactional?: boolean } = {},
  ): number {
    const verification = typeof asked === 'number' || asked === null ? undefined : asked;
    return this.append(this.batch(epoch, sequence, transactional), { origin: 'client', verification });
  }

  batch(producerEpoch: number, baseSequence: number, isTransactional = true): Uint8Array {
    const { producerId } = this;
    return batchOf(['x'], { producerId, producerEpoch, baseSequence, isTransactional });
  }

  /** Asks, hears that all is well and writes. */
  begin(epoch: number, sequence: number, bumpsEpoch = false): number {
    return this.send(epoch, sequence, { asked: this.ask(epoch, { sequence, bumpsEpoch }) });
  }

  end(
    epoch: number,
    { version = 0, outcome = 'commit' as 'commit' | 'abort', coordinatorEpoch = 1 } = {},
  ): number {
    const marker = {
      producerId: this.producerId,
      producerEpoch: epoch,
      coordinatorEpoch,
      outcome,
      timestamp: 1,
    };
    return this.append(buildTransactionMarker(marker), {
      ...{ origin: 'coordinator', transactionVersion: version },
    });
  }

  append(bytes: Uint8Array, terms: AdmissionTerms): number {
    const outcome = this.log.appendAsLeader(bytes, { ...terms, leaderEpoch: 0 });
    return outcome.kind === 'rejected' ? outcome.errorCode : ErrorCode.NONE;
  }
}
