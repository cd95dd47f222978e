import type { TopicPartitionDetail } from '@odradek/contract';
import type { ReactNode } from 'react';
import styles from './replica-list.module.css';

/** The brokers that hold a partition: the leader filled, a follower outlined, one out of sync dashed and named so. */
export function ReplicaList({
  partition: { replicas, isr, leader },
}: {
  partition: TopicPartitionDetail;
}): ReactNode {
  return (
    <ul className={styles.list}>
      {replicas.map((broker) => {
        const role = roleOf(broker, leader, isr);
        return (
          <li key={broker} className={styles.replica} data-role={role} title={`Broker ${broker}: ${role}`}>
            {broker}
            {role === 'out of sync' && <span>!</span>}
          </li>
        );
      })}
    </ul>
  );
}

function roleOf(broker: number, leader: number | null, isr: readonly number[]): string {
  if (broker === leader) return 'leader';
  return isr.includes(broker) ? 'in sync' : 'out of sync';
}
