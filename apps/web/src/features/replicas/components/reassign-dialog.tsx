import type { ReassignmentPlan } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { Dialog, DialogActions } from '@odradek/ui/dialog';
import { CheckField, TextField } from '@odradek/ui/field';
import { Form } from '@odradek/ui/form';
import { useAnnounce } from '@odradek/ui/toast';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ApiError } from '../../../shared/api-error.ts';
import { useConsole } from '../../../shared/console-context.tsx';
import { brokerListOptions, topicListOptions } from '../../../shared/live-lists.ts';
import { RefusalNotice } from '../../../shared/refusal-notice.tsx';
import { useReassignmentPlan, useStartReassignment } from '../queries.ts';
import { type FormErrors, formErrors, goalOf, type ReassignForm, throttleOf } from '../reassign-form.ts';
import styles from './dialogs.module.css';
import type { ReplicaDialogProps } from './elect-dialog.tsx';
import { PlanView } from './plan-view.tsx';

/** Asks where replicas may be, shows what that takes, and begins it. */
export function ReassignDialog({ cluster, partitions, open, onOpenChange }: ReplicaDialogProps): ReactNode {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="wide"
      title="Reassign replicas"
      description="Replicas are spread evenly over the brokers chosen. First comes a plan; nothing moves before it is started."
    >
      <Reassignment cluster={cluster} partitions={partitions} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

interface ReassignmentProps extends Pick<ReplicaDialogProps, 'cluster' | 'partitions'> {
  onDone: () => void;
}

function Reassignment({ cluster, partitions, onDone }: ReassignmentProps): ReactNode {
  const plan = useReassignmentPlan(cluster);
  const [form, setForm] = useReassignForm(cluster);
  if (plan.data) {
    return <PlanStep cluster={cluster} plan={plan.data} onBack={() => plan.reset()} onDone={onDone} />;
  }
  return (
    <GoalStep
      cluster={cluster}
      partitions={partitions}
      form={form}
      onChange={setForm}
      plan={plan}
      onCancel={onDone}
    />
  );
}

/** All brokers that are there are chosen until something else is. */
function useReassignForm(cluster: string): [ReassignForm, (change: Partial<ReassignForm>) => void] {
  const { api } = useConsole();
  const { data } = useQuery(brokerListOptions(api, cluster));
  const [changes, setChanges] = useState<Partial<ReassignForm>>({});
  const up = (data?.brokers ?? []).filter(({ status }) => status === 'up').map(({ id }) => id);
  const form = { topics: '', replicationFactor: '', brokers: new Set(up), ...changes };
  return [form, (change) => setChanges({ ...changes, ...change })];
}

interface GoalStepProps extends Pick<ReplicaDialogProps, 'cluster' | 'partitions'> {
  form: ReassignForm;
  onChange: (change: Partial<ReassignForm>) => void;
  plan: ReturnType<typeof useReassignmentPlan>;
  onCancel: () => void;
}

function GoalStep({ cluster, partitions, form, onChange, plan, onCancel }: GoalStepProps): ReactNode {
  const { api } = useConsole();
  const { data: topics } = useQuery(topicListOptions(api, cluster));
  const [tried, setTried] = useState(false);
  const found = formErrors(form, new Set(topics?.topics.map(({ name }) => name)));
  const refused = plan.error instanceof ApiError && plan.error.field ? plan.error : null;
  const errors: FormErrors = {
    ...(refused && { [refused.field ?? '']: refused.message }),
    ...(tried && found),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(found).length === 0) plan.mutate(goalOf(form, partitions));
  };
  return (
    <Form onSubmit={submit}>
      {partitions === null ? (
        <TextField
          label="Topics"
          wide
          autoComplete="off"
          spellCheck={false}
          hint="Names, separated by commas. Empty: all topics"
          error={errors.topics}
          value={form.topics}
          onChange={(event) => onChange({ topics: event.target.value })}
        />
      ) : (
        <p>
          {partitions.length === 1
            ? '1 partition is'
            : `${partitions.length.toLocaleString('en')} partitions are`}{' '}
          chosen.
        </p>
      )}
      <BrokerChoice cluster={cluster} form={form} onChange={onChange} error={errors.brokers} />
      <TextField
        label="Replication factor"
        inputMode="numeric"
        autoComplete="off"
        hint="Empty: as many as each partition has"
        error={errors.replicationFactor}
        value={form.replicationFactor}
        onChange={(event) => onChange({ replicationFactor: event.target.value })}
      />
      <div>
        {plan.error && refused === null && <RefusalNotice error={plan.error} />}
        <DialogActions>
          <Button onClick={onCancel}>Cancel</Button>
          <Button kind="primary" type="submit" busy={plan.isPending}>
            Make a plan
          </Button>
        </DialogActions>
      </div>
    </Form>
  );
}

interface BrokerChoiceProps extends Pick<GoalStepProps, 'cluster' | 'form' | 'onChange'> {
  error: string | undefined;
}

function BrokerChoice({ cluster, form, onChange, error }: BrokerChoiceProps): ReactNode {
  const { api } = useConsole();
  const { data } = useQuery(brokerListOptions(api, cluster));
  const toggle = (id: number) => {
    const brokers = new Set(form.brokers);
    if (!brokers.delete(id)) brokers.add(id);
    onChange({ brokers });
  };
  return (
    <fieldset className={styles.targets}>
      <legend>Brokers that may hold them</legend>
      {(data?.brokers ?? []).map(({ id, rack, status }) => (
        <CheckField
          key={id}
          label={[`Broker ${id}`, rack, status !== 'up' && status].filter(Boolean).join(' · ')}
          disabled={status !== 'up'}
          checked={form.brokers.has(id)}
          onChange={() => toggle(id)}
        />
      ))}
      {error && <p role="alert">{error}</p>}
    </fieldset>
  );
}

interface PlanStepProps {
  cluster: string;
  plan: ReassignmentPlan;
  onBack: () => void;
  onDone: () => void;
}

function PlanStep({ cluster, plan, onBack, onDone }: PlanStepProps): ReactNode {
  const announce = useAnnounce();
  const start = useStartReassignment(cluster);
  const [throttle, setThrottle] = useState('');
  const bytesPerSecond = throttleOf(throttle);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (bytesPerSecond === undefined) return;
    const partitions = plan.moves.map(({ topic, partition, after }) => ({
      topic,
      partition,
      replicas: after,
    }));
    start.mutate(
      { partitions, throttleBytesPerSecond: bytesPerSecond },
      {
        onSuccess: ({ accepted, refused }) => {
          onDone();
          const [first] = refused;
          announce({
            tone: refused.length === 0 ? 'ok' : 'critical',
            title: `${accepted.toLocaleString('en')} of ${plan.moves.length.toLocaleString('en')} reassignments have begun`,
            ...(first && {
              detail: `${first.topic}-${first.partition} was refused: ${first.error} ${first.message}`,
            }),
          });
        },
      },
    );
  };
  const nothingMoves = plan.moves.length === 0;
  return (
    <Form onSubmit={submit}>
      <PlanView plan={plan} bytesPerSecond={bytesPerSecond ?? null} />
      {plan.replicasToCopy > 0 && (
        <TextField
          label="Throttle in MiB/s"
          inputMode="decimal"
          autoComplete="off"
          hint="For each broker, each way. Empty: as fast as it goes"
          error={bytesPerSecond === undefined ? 'A rate is a number from 0.001' : undefined}
          value={throttle}
          onChange={(event) => setThrottle(event.target.value)}
        />
      )}
      <div>
        {start.error && <RefusalNotice error={start.error} />}
        <DialogActions>
          <Button onClick={onBack} disabled={start.isPending}>
            Back
          </Button>
          <Button
            kind="primary"
            type="submit"
            busy={start.isPending}
            disabled={nothingMoves || bytesPerSecond === undefined}
          >
            {plan.moves.length === 1
              ? 'Start 1 reassignment'
              : `Start ${plan.moves.length.toLocaleString('en')} reassignments`}
          </Button>
        </DialogActions>
      </div>
    </Form>
  );
}
