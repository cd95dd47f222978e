import type { Condition, TopicPartition } from '@odradek/contract';
import { formatExact } from '@odradek/ui/quantity';
import { RelativeTime } from '@odradek/ui/relative-time';
import { StatusBadge, StatusShape } from '@odradek/ui/status-badge';
import { ThreadLine } from '@odradek/ui/thread-line';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { VerdictBadge } from '../../../shared/verdict-badge.tsx';
import styles from './condition-list.module.css';

export interface ConditionListProps {
  cluster: string;
  /** Worst first. */
  conditions: readonly Condition[];
  /** How old this judgement is. */
  age: ReactNode;
  /** False before the first complete sample: nothing can be said yet. */
  checked: boolean;
}

/** What is wrong now, each condition with the way to it; or that nothing is. */
export function ConditionList({ cluster, conditions, age, checked }: ConditionListProps): ReactNode {
  return (
    <section className={styles.strip} aria-label="Failing conditions" data-tone={toneOf(conditions, checked)}>
      <header className={styles.head}>
        <span className={styles.shape}>
          <StatusShape tone={toneOf(conditions, checked)} />
        </span>
        <h2 className={styles.verdict}>{headline(conditions, checked)}</h2>
        {age}
        <span className={styles.thread}>
          <ThreadLine state={conditions.length === 0 ? 'smooth' : 'tangled'} />
        </span>
      </header>
      {conditions.length > 0 && (
        <ul>
          {conditions.map((condition) => (
            <li key={keyOf(condition)} className={styles.condition}>
              <StatusBadge tone={condition.severity === 'critical' ? 'critical' : 'warn'}>
                {condition.severity === 'critical' ? 'Critical' : 'Warning'}
              </StatusBadge>
              <ConditionText cluster={cluster} condition={condition} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function ConditionText({ cluster, condition }: { cluster: string; condition: Condition }): ReactNode {
  switch (condition.kind) {
    case 'cluster-unreachable':
      return <p>The cluster cannot be reached. {condition.reason.message}</p>;
    case 'broker-unreachable':
      return (
        <p>
          <Link to="/c/$cluster/brokers" params={{ cluster }}>
            Broker {condition.brokerId}
          </Link>{' '}
          {condition.address && <code>{condition.address}</code>} cannot be reached since{' '}
          <RelativeTime at={condition.since} />. {condition.message}
        </p>
      );
    case 'no-controller':
      return (
        <p>
          No broker is controller since <RelativeTime at={condition.since} />: topics cannot be created or
          changed.
        </p>
      );
    case 'leaderless-partitions':
      return (
        <p>
          <Link to="/c/$cluster/replicas" params={{ cluster }} search={{ show: 'leaderless' }}>
            {partitions(condition.total)} without a leader
          </Link>
          : {named(condition.partitions, condition.total)}
        </p>
      );
    case 'under-replicated-partitions':
      return (
        <p>
          <Link to="/c/$cluster/replicas" params={{ cluster }} search={{ show: 'unhealthy' }}>
            {partitions(condition.total)} under-replicated
          </Link>
          : {named(condition.partitions, condition.total)}
        </p>
      );
    case 'group':
      return (
        <p>
          Group{' '}
          <Link to="/c/$cluster/groups/$group" params={{ cluster, group: condition.group }}>
            <code>{condition.group}</code>
          </Link>{' '}
          <VerdictBadge verdict={condition.verdict} />{' '}
          {condition.totalLag !== null && <>lag {formatExact(condition.totalLag)}. </>}
          {condition.explanation}
        </p>
      );
    default:
      return condition satisfies never;
  }
}

function headline(conditions: readonly Condition[], checked: boolean): string {
  const count = conditions.length;
  if (count === 0) return checked ? 'No problems found' : 'Waiting for the first sample';
  const isCritical = conditions.some(({ severity }) => severity === 'critical');
  if (!isCritical) return count === 1 ? 'One warning' : `${count} warnings`;
  return count === 1 ? 'One thing is wrong' : `${count} things are wrong`;
}

function toneOf(conditions: readonly Condition[], checked: boolean): 'ok' | 'warn' | 'critical' | 'unknown' {
  if (conditions.some(({ severity }) => severity === 'critical')) return 'critical';
  if (conditions.length > 0) return 'warn';
  return checked ? 'ok' : 'unknown';
}

function partitions(total: number): string {
  return total === 1 ? '1 partition' : `${formatExact(total)} partitions`;
}

function named(first: readonly TopicPartition[], total: number): string {
  const names = first.slice(0, 8).map(({ topic, partition }) => `${topic}-${partition}`);
  return total > names.length ? `${names.join(', ')} …` : names.join(', ');
}

function keyOf(condition: Condition): string {
  if (condition.kind === 'group') return `group ${condition.group}`;
  return condition.kind === 'broker-unreachable' ? `broker ${condition.brokerId}` : condition.kind;
}
