import type { ResetGoalRequest, ResetPlan } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { CodeLine } from '@odradek/ui/code-line';
import { Dialog, DialogActions } from '@odradek/ui/dialog';
import { SelectField, TextField } from '@odradek/ui/field';
import { Form } from '@odradek/ui/form';
import { Notice } from '@odradek/ui/notice';
import { useAnnounce } from '@odradek/ui/toast';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ApiError } from '../../../shared/api-error.ts';
import { RefusalNotice } from '../../../shared/refusal-notice.tsx';
import { useCluster } from '../../../shared/use-cluster.ts';
import { useReset, useResetPlan } from '../queries.ts';
import { commandOf, emptyReset, goalOf, movesOf, type ResetErrors, type ResetForm } from '../reset-form.ts';
import { ActiveNotice, ResetPlanView } from './reset-plan-view.tsx';

export interface ResetDialogProps {
  group: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Asks where committed offsets are to go, shows what that means partition by partition, and sets them. */
export function ResetDialog({ group, open, onOpenChange }: ResetDialogProps): ReactNode {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      size="wide"
      title={`Reset offsets of ${group}`}
      description="First comes a preview; nothing changes before it is confirmed, and it can be undone once."
    >
      <Reset group={group} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function Reset({ group, onDone }: { group: string; onDone: () => void }): ReactNode {
  const { name } = useCluster();
  const plan = useResetPlan(name, group);
  const [form, setForm] = useState(emptyReset);
  if (plan.data && plan.variables) {
    return (
      <PlanStep
        group={group}
        goal={plan.variables}
        plan={plan.data}
        isLooking={plan.isPending}
        onLookAgain={plan.mutate}
        onBack={() => plan.reset()}
        onDone={onDone}
      />
    );
  }
  return <GoalStep form={form} onChange={setForm} plan={plan} onCancel={onDone} />;
}

interface GoalStepProps {
  form: ResetForm;
  onChange: (form: ResetForm) => void;
  plan: ReturnType<typeof useResetPlan>;
  onCancel: () => void;
}

const targets: readonly { value: ResetForm['to']; label: string }[] = [
  { value: 'earliest', label: 'The first record (earliest)' },
  { value: 'latest', label: 'The end (latest)' },
  { value: 'time', label: 'A point in time' },
  { value: 'offset', label: 'An offset' },
  { value: 'shift', label: 'Forward or back by a number' },
  { value: 'group', label: 'Where another group is' },
];

function GoalStep({ form, onChange, plan, onCancel }: GoalStepProps): ReactNode {
  const [tried, setTried] = useState(false);
  const asked = goalOf(form);
  const errors: ResetErrors = tried && 'errors' in asked ? asked.errors : {};
  const change = (part: Partial<ResetForm>) => onChange({ ...form, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ('goal' in asked) plan.mutate(asked.goal);
  };
  return (
    <Form onSubmit={submit}>
      <SelectField
        label="Reset to"
        options={targets}
        value={form.to}
        onChange={(event) => {
          const chosen = targets.find(({ value }) => value === event.target.value);
          if (chosen) change({ to: chosen.value });
        }}
      />
      <TargetField form={form} errors={errors} onChange={change} />
      <TextField
        label="Topics"
        autoComplete="off"
        spellCheck={false}
        hint="Names, with commas. Empty: all that it has committed to"
        error={errors.topics}
        value={form.topics}
        onChange={(event) => change({ topics: event.target.value })}
      />
      <TextField
        label="Partitions"
        autoComplete="off"
        hint="Of one topic, such as 0, 2-5. Empty: all"
        error={errors.partitions}
        value={form.partitions}
        onChange={(event) => change({ partitions: event.target.value })}
      />
      <div>
        {plan.error && <RefusalNotice error={plan.error} />}
        <DialogActions>
          <Button onClick={onCancel}>Cancel</Button>
          <Button kind="primary" type="submit" busy={plan.isPending}>
            Preview
          </Button>
        </DialogActions>
      </div>
    </Form>
  );
}

interface TargetFieldProps {
  form: ResetForm;
  errors: ResetErrors;
  onChange: (part: Partial<ResetForm>) => void;
}

/** The one thing more that some targets need. */
function TargetField({ form, errors, onChange }: TargetFieldProps): ReactNode {
  switch (form.to) {
    case 'earliest':
    case 'latest':
      return null;
    case 'time':
      return (
        <TextField
          label="Time"
          type="datetime-local"
          step={1}
          hint={`In the time zone of this browser, ${Intl.DateTimeFormat().resolvedOptions().timeZone}`}
          error={errors.time}
          value={form.time}
          onChange={(event) => onChange({ time: event.target.value })}
        />
      );
    case 'offset':
      return (
        <TextField
          label="Offset"
          inputMode="numeric"
          autoComplete="off"
          hint="The same in every partition"
          error={errors.offset}
          value={form.offset}
          onChange={(event) => onChange({ offset: event.target.value })}
        />
      );
    case 'shift':
      return (
        <TextField
          label="Records"
          autoComplete="off"
          hint="-100: back by 100; 100: forward"
          error={errors.by}
          value={form.by}
          onChange={(event) => onChange({ by: event.target.value })}
        />
      );
    case 'group':
      return (
        <TextField
          label="Other group"
          autoComplete="off"
          spellCheck={false}
          error={errors.group}
          value={form.group}
          onChange={(event) => onChange({ group: event.target.value })}
        />
      );
  }
}

interface PlanStepProps {
  group: string;
  goal: ResetGoalRequest;
  plan: ResetPlan;
  isLooking: boolean;
  onLookAgain: (goal: ResetGoalRequest) => void;
  onBack: () => void;
  onDone: () => void;
}

function PlanStep({ group, goal, plan, isLooking, onLookAgain, onBack, onDone }: PlanStepProps): ReactNode {
  const { name, summary } = useCluster();
  const announce = useAnnounce();
  const reset = useReset(name, group);
  const isOutdated = reset.error instanceof ApiError && reset.error.status === 409;
  const submit = () =>
    reset.mutate(
      { partitions: movesOf(plan) },
      {
        onSuccess: ({ changed, refused }) => {
          if (refused.length > 0) return;
          onDone();
          const what =
            changed === 1 ? '1 offset was set' : `${changed.toLocaleString('en')} offsets were set`;
          announce({ tone: 'ok', title: what, detail: 'The page of the group can undo it.' });
        },
      },
    );
  const [refusal] = reset.data?.refused ?? [];
  return (
    <>
      {plan.active && <ActiveNotice active={plan.active} />}
      <ResetPlanView plan={plan} />
      {plan.changes > 0 && !plan.active && (
        <CodeLine
          label="The same as a command"
          code={commandOf(group, goal, summary?.bootstrap.join(',') ?? '')}
        />
      )}
      {reset.error && <RefusalNotice error={reset.error} />}
      {refusal && (
        <Notice tone="critical">
          {reset.data?.changed.toLocaleString('en')} set, {reset.data?.refused.length.toLocaleString('en')}{' '}
          refused: {refusal.topic}-{refusal.partition} <code>{refusal.error}</code> {refusal.message}
        </Notice>
      )}
      <DialogActions>
        <Button onClick={onBack} disabled={reset.isPending}>
          Back
        </Button>
        {(plan.active || isOutdated) && (
          <Button icon="refresh" busy={isLooking} onClick={() => onLookAgain(goal)}>
            Look again
          </Button>
        )}
        <Button
          kind="primary"
          busy={reset.isPending}
          disabled={plan.changes === 0 || plan.active !== null || reset.data !== undefined}
          onClick={submit}
        >
          {plan.changes === 1 ? 'Reset 1 offset' : `Reset ${plan.changes.toLocaleString('en')} offsets`}
        </Button>
      </DialogActions>
    </>
  );
}
