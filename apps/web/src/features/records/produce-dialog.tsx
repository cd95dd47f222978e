import { zodResolver } from '@hookform/resolvers/zod';
import { Button } from '@odradek/ui/button';
import { Dialog, DialogActions } from '@odradek/ui/dialog';
import { CheckField, TextArea, TextField } from '@odradek/ui/field';
import { Form } from '@odradek/ui/form';
import { formatExact } from '@odradek/ui/quantity';
import { useAnnounce } from '@odradek/ui/toast';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useForm } from 'react-hook-form';
import { RefusalNotice } from '../../shared/refusal-notice.tsx';
import { useCluster } from '../../shared/use-cluster.ts';
import { emptyProduceForm, type ProduceForm, produceFormSchema, toProduceRequest } from './produce-form.ts';
import { useProduceRecord } from './queries.ts';

/** The button that writes one record to the topic of the page, and its form; says where the record went. */
export function ProduceDialog(): ReactNode {
  const { name: cluster, summary } = useCluster();
  const { topic } = useParams({ from: '/c/$cluster/topics/$topic' });
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        icon="send"
        disabled={summary?.readOnly}
        title={summary?.readOnly ? 'This cluster is read-only' : undefined}
        onClick={() => setOpen(true)}
      >
        Produce record
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={`Produce to ${topic}`}>
        <Produce cluster={cluster} topic={topic} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

interface ProduceProps {
  cluster: string;
  topic: string;
  onDone: () => void;
}

function Produce({ cluster, topic, onDone }: ProduceProps): ReactNode {
  const announce = useAnnounce();
  const produce = useProduceRecord(cluster, topic);
  const [keepsOpen, setKeepsOpen] = useState(false);
  const { register, handleSubmit, formState, setValue, watch } = useForm<ProduceForm>({
    resolver: zodResolver(produceFormSchema),
    defaultValues: emptyProduceForm,
    mode: 'onTouched',
  });
  const { errors } = formState;
  const submit = handleSubmit((form) =>
    produce.mutate(toProduceRequest(form), {
      onSuccess: ({ partition, offset }) => {
        announce({ tone: 'ok', title: `Written to partition ${partition}, offset ${formatExact(offset)}` });
        if (!keepsOpen) onDone();
      },
    }),
  );
  return (
    <Form onSubmit={(event) => void submit(event)}>
      <TextField
        label="Key"
        autoComplete="off"
        spellCheck={false}
        placeholder={watch('keyIsNull') ? 'null' : 'empty string'}
        {...register('key', { onChange: () => setValue('keyIsNull', false) })}
      />
      <TextField
        label="Partition"
        inputMode="numeric"
        autoComplete="off"
        hint="Empty: chosen by the key"
        error={errors.partition?.message}
        {...register('partition')}
      />
      <CheckField label="No key (null)" {...register('keyIsNull', { onChange: () => setValue('key', '') })} />
      <TextArea
        label="Value"
        spellCheck={false}
        placeholder={watch('valueIsNull') ? 'null' : 'empty string'}
        {...register('value', { onChange: () => setValue('valueIsNull', false) })}
      />
      <CheckField
        label="No value (null, a tombstone)"
        {...register('valueIsNull', { onChange: () => setValue('value', '') })}
      />
      <TextArea
        label="Headers"
        rows={2}
        placeholder="trace-id: 4bf92f35"
        spellCheck={false}
        hint="One name: value per line"
        error={errors.headers?.message}
        {...register('headers')}
      />
      <div>
        {produce.error && <RefusalNotice error={produce.error} />}
        <DialogActions>
          <CheckField
            label="Keep open"
            checked={keepsOpen}
            onChange={({ target }) => setKeepsOpen(target.checked)}
          />
          <Button onClick={onDone}>Cancel</Button>
          <Button kind="primary" type="submit" icon="send" busy={produce.isPending}>
            Produce
          </Button>
        </DialogActions>
      </div>
    </Form>
  );
}
