import type { AbortRequest, HeldPartition } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { CodeLine } from '@odradek/ui/code-line';
import { Dialog, DialogActions } from '@odradek/ui/dialog';
import { Notice } from '@odradek/ui/notice';
import { useAnnounce } from '@odradek/ui/toast';
import { type ReactNode, useState } from 'react';
import { RefusalNotice } from '../../../shared/refusal-notice.tsx';
import { useCluster } from '../../../shared/use-cluster.ts';
import { gapOf } from '../model.ts';
import { useAbort } from '../queries.ts';

export interface AbortButtonProps {
  cluster: string;
  request: AbortRequest;
  /** The partition that is held back; null where the act is on the transaction alone. */
  held: HeldPartition | null;
  isReadOnly: boolean;
}

/** Ends a transaction, after a dialog that says what that means. */
export function AbortButton({ cluster, request, held, isReadOnly }: AbortButtonProps): ReactNode {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        kind="quiet"
        disabled={isReadOnly}
        title={isReadOnly ? 'This cluster is read-only' : undefined}
        onClick={() => setOpen(true)}
      >
        Abort
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={
          request.kind === 'hanging'
            ? 'Abort a hanging transaction'
            : `Abort what ${request.transactionalId} has open`
        }
      >
        <Abort cluster={cluster} request={request} held={held} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

interface AbortProps extends Omit<AbortButtonProps, 'isReadOnly'> {
  onDone: () => void;
}

function Abort({ cluster, request, held, onDone }: AbortProps): ReactNode {
  const { summary } = useCluster();
  const announce = useAnnounce();
  const abort = useAbort(cluster);
  const submit = () =>
    abort.mutate(request, {
      onSuccess: ({ producerId }) => {
        onDone();
        announce({ tone: 'ok', title: `The transaction of producer ${producerId} was aborted` });
      },
    });
  return (
    <>
      {request.kind === 'hanging' ? <HangingText held={held} /> : <FenceText />}
      <CodeLine label="The same as a command" code={commandOf(request, summary?.bootstrap.join(',') ?? '')} />
      {abort.error && <RefusalNotice error={abort.error} />}
      <DialogActions>
        <Button onClick={onDone}>Cancel</Button>
        <Button kind="danger" busy={abort.isPending} onClick={submit}>
          Abort the transaction
        </Button>
      </DialogActions>
    </>
  );
}

function HangingText({ held }: { held: HeldPartition | null }): ReactNode {
  return (
    <>
      {held && (
        <p>
          <code>{`${held.topic}-${held.partition}`}</code> waits at offset{' '}
          <strong>{held.lastStableOffset.toLocaleString('en')}</strong> for producer{' '}
          <strong>{held.producer?.producerId}</strong>; {gapOf(held).toLocaleString('en')} records behind it
          cannot be read by consumers with <code>isolation.level=read_committed</code>.
        </p>
      )}
      <p>
        No coordinator knows of this transaction, so nobody will end it. An abort marker is written into this
        one partition: its records are thrown away for read_committed consumers, and what came after them can
        be read.
      </p>
      <Notice tone="warn">
        If the producer is alive after all, what it writes next to this transaction is refused.
      </Notice>
    </>
  );
}

function FenceText(): ReactNode {
  return (
    <>
      <p>
        Its coordinator aborts the open transaction in all of its partitions: what it has written is thrown
        away for read_committed consumers.
      </p>
      <Notice tone="warn">
        The producer is fenced. If it is still at work, its next request fails and it has to be started again.
      </Notice>
    </>
  );
}

function commandOf(request: AbortRequest, bootstrap: string): string {
  const which =
    request.kind === 'fence'
      ? `'${request.transactionalId.replaceAll("'", "'\\''")}'`
      : `--topic ${request.topic} --partition ${request.partition} --start-offset ${request.startOffset}`;
  return `odradek transactions abort ${which} --bootstrap-server ${bootstrap} --execute`;
}
