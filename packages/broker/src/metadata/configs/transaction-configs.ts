import type { ConfigDefinition } from './config-definition.ts';
import { atLeast, boolean, int, short } from './define-config.ts';

/** Transactions and their coordinator. */
export const transactionConfigs: readonly ConfigDefinition[] = [
  int('transaction.state.log.num.partitions', '50', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Partitions of `__transaction_state` when it is created; not to be changed later.',
  }),
  short('transaction.state.log.replication.factor', '3', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Replicas of `__transaction_state` when it is created.',
  }),
  int('transaction.state.log.min.isr', '2', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'In-sync replicas `__transaction_state` needs, set when it is created.',
  }),
  int('transaction.state.log.segment.bytes', '104857600', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Segment size of `__transaction_state` when it is created.',
  }),
  int('transaction.state.log.load.buffer.size', '5242880', {
    rule: atLeast(1),
    effect: 'fixed',
    text: 'Bytes read at a time when the transaction coordinator loads its partition.',
  }),
  int('transaction.max.timeout.ms', '900000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Longest transaction a producer may ask for.',
  }),
  int('transaction.abort.timed.out.transaction.cleanup.interval.ms', '10000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'How often transactions past their timeout are aborted.',
  }),
  int('transaction.remove.expired.transaction.cleanup.interval.ms', '3600000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'How often transactional ids past their expiry are removed.',
  }),
  boolean('transaction.partition.verification.enable', 'true', {
    scope: 'cluster-wide',
    effect: 'acts',
    text: 'A partition asks the coordinator before it takes records of a transaction.',
  }),
  boolean('transaction.two.phase.commit.enable', 'false', {
    effect: 'refused',
    text: 'Transactions may be driven by an outside coordinator.',
  }),
  int('transactional.id.expiration.ms', '604800000', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'How long an unused transactional id is remembered.',
  }),
  int('add.partitions.to.txn.retry.backoff.ms', '20', {
    rule: atLeast(1),
    effect: 'acts',
    text: 'Pause before the broker adds a partition to a transaction again.',
  }),
  int('add.partitions.to.txn.retry.backoff.max.ms', '100', {
    rule: atLeast(0),
    effect: 'acts',
    text: 'Longest time the broker tries to add a partition to a transaction.',
  }),
];
