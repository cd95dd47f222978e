import type { GroupDetail, GroupPartition, VerdictEvidence } from '@odradek/contract';
import { CommitWindow } from '@odradek/ui/charts/commit-window';
import { EmptyState } from '@odradek/ui/empty-state';
import { Panel } from '@odradek/ui/panel';
import { formatExact } from '@odradek/ui/quantity';
import { exactTime } from '@odradek/ui/relative-time';
import type { ReactNode } from 'react';
import { VerdictBadge } from '../../../shared/verdict-badge.tsx';
import { ruleSteps } from '../model.ts';
import styles from './verdict-panel.module.css';

export interface VerdictPanelProps {
  group: GroupDetail;
  /** The partition that is explained. */
  focus: GroupPartition | undefined;
  age: ReactNode;
}

/** Why: the rule in words, the window of commits drawn and listed, and the order in which the rules were asked. */
export function VerdictPanel({ group, focus, age }: VerdictPanelProps): ReactNode {
  return (
    <Panel title={focus ? `Why: ${focus.topic}, partition ${focus.partition}` : 'Why'} aside={age}>
      {focus?.evidence ? (
        <div className={styles.why}>
          <p className={styles.sentence}>
            <VerdictBadge verdict={focus.verdict} /> {focus.evidence.explanation}
          </p>
          {group.polled && (
            <p className={styles.note}>
              Commits of this cluster are polled, so a stall cannot be told from a stop and shows as STOP.
            </p>
          )}
          <div className={styles.columns}>
            <Window evidence={focus.evidence} />
            <Rules evidence={focus.evidence} />
          </div>
        </div>
      ) : (
        <EmptyState title="Never committed">
          A verdict needs commits. {focus ? 'On this partition' : 'In this group'} none has been seen, so
          there is no lag to speak of either.
        </EmptyState>
      )}
    </Panel>
  );
}

function Window({ evidence }: { evidence: VerdictEvidence }): ReactNode {
  const knots = evidence.commits.map(({ timestamp, offset, lag }) => ({ at: timestamp, offset, lag }));
  return (
    <div className={styles.window}>
      <CommitWindow commits={knots} judgedAt={evidence.evaluatedAt} />
      <p className={styles.note}>
        Each knot is a commit; the bar above it is its lag at that moment, up to the end of the log. The
        dotted thread is the time since the last commit. The window is {Math.round(evidence.complete * 100)} %
        full.
      </p>
      <details>
        <summary className={styles.summary}>The {evidence.commits.length} commits as a list</summary>
        <table className={styles.commits}>
          <thead>
            <tr>
              <th scope="col">Committed at</th>
              <th scope="col">Offset</th>
              <th scope="col">Lag then</th>
            </tr>
          </thead>
          <tbody>
            {evidence.commits.map((commit) => (
              <tr key={`${commit.timestamp} ${commit.observedAt} ${commit.offset}`}>
                <td>{exactTime(commit.timestamp).slice(11, 23)}</td>
                <td>{formatExact(commit.offset)}</td>
                <td>{commit.lag === null ? 'learnt late' : formatExact(commit.lag)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

function Rules({ evidence }: { evidence: VerdictEvidence }): ReactNode {
  const decided = ruleSteps.findIndex(({ rule }) => rule === evidence.rule);
  return (
    <ol className={styles.rules} aria-label="The rules in the order they are asked">
      {ruleSteps.map((step, index) => (
        <li
          key={step.rule}
          className={styles.rule}
          data-place={placeOf(index, decided)}
          aria-current={index === decided || undefined}
        >
          <span>{index === decided ? <VerdictBadge verdict={step.verdict} /> : placeOf(index, decided)}</span>
          <span>{step.words}</span>
        </li>
      ))}
    </ol>
  );
}

function placeOf(index: number, decided: number): 'not met' | 'decided' | 'not asked' {
  if (index === decided) return 'decided';
  return index < decided ? 'not met' : 'not asked';
}
