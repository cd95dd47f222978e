import { zodResolver } from '@hookform/resolvers/zod';
import { Button } from '@odradek/ui/button';
import { Dialog, DialogActions } from '@odradek/ui/dialog';
import { TextArea, TextField } from '@odradek/ui/field';
import { Form } from '@odradek/ui/form';
import { useAnnounce } from '@odradek/ui/toast';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { useForm } from 'react-hook-form';
import { ApiError } from '../../../shared/api-error.ts';
import { useConsole } from '../../../shared/console-context.tsx';
import { brokerListOptions, topicListOptions } from '../../../shared/live-lists.ts';
import { RefusalNotice } from '../../../shared/refusal-notice.tsx';
import {
  type CreateTopicForm,
  createTopicFormSchema,
  emptyCreateTopicForm,
  formFieldOf,
  toCreateTopicRequest,
} from '../create-topic-form.ts';
import { useCreateTopic } from '../queries.ts';

export interface CreateTopicDialogProps {
  cluster: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Asks for a topic, refuses at the field what can be known to be wrong, and opens the topic once it is there. */
export function CreateTopicDialog({ cluster, open, onOpenChange }: CreateTopicDialogProps): ReactNode {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Create topic"
      description="Fields left empty take the broker’s own defaults."
    >
      <CreateTopic cluster={cluster} onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function CreateTopic({ cluster, onDone }: { cluster: string; onDone: () => void }): ReactNode {
  const announce = useAnnounce();
  const navigate = useNavigate();
  const create = useCreateTopic(cluster);
  const schema = useKnownLimits(cluster);
  const form = useForm<CreateTopicForm>({
    resolver: zodResolver(schema),
    defaultValues: emptyCreateTopicForm,
    mode: 'onTouched',
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit((filled) =>
    create.mutate(toCreateTopicRequest(filled), {
      onSuccess: ({ name }) => {
        onDone();
        announce({ tone: 'ok', title: `Topic ${name} created` });
        void navigate({ to: '/c/$cluster/topics/$topic', params: { cluster, topic: name } });
      },
      onError: (error) => {
        const field = error instanceof ApiError ? formFieldOf(error.field) : undefined;
        if (field) form.setError(field, { message: error.message }, { shouldFocus: true });
      },
    }),
  );
  return (
    <Form onSubmit={(event) => void submit(event)}>
      <TextField
        label="Name"
        wide
        autoComplete="off"
        spellCheck={false}
        hint="Letters, digits, “.”, “_” and “-”"
        error={errors.name?.message}
        {...form.register('name')}
      />
      <TextField
        label="Partitions"
        inputMode="numeric"
        autoComplete="off"
        hint="Empty: num.partitions"
        error={errors.partitions?.message}
        {...form.register('partitions')}
      />
      <TextField
        label="Replication factor"
        inputMode="numeric"
        autoComplete="off"
        hint="Empty: default.replication.factor"
        error={errors.replicationFactor?.message}
        {...form.register('replicationFactor')}
      />
      <TextArea
        label="Configs"
        placeholder="retention.ms=604800000"
        spellCheck={false}
        hint="One name=value per line"
        error={errors.configs?.message}
        {...form.register('configs')}
      />
      <div>
        {create.error && !(create.error instanceof ApiError && formFieldOf(create.error.field)) && (
          <RefusalNotice error={create.error} />
        )}
        <DialogActions>
          <Button onClick={onDone}>Cancel</Button>
          <Button kind="primary" type="submit" busy={create.isPending}>
            Create
          </Button>
        </DialogActions>
      </div>
    </Form>
  );
}

function useKnownLimits(cluster: string) {
  const { api } = useConsole();
  const { data: brokers } = useQuery(brokerListOptions(api, cluster));
  const { data: topics } = useQuery(topicListOptions(api, cluster));
  return useMemo(() => {
    const known = brokers && brokers.brokers.length > 0 ? brokers.brokers.length : undefined;
    return createTopicFormSchema(known, new Set(topics?.topics.map(({ name }) => name)));
  }, [brokers, topics]);
}
