import type { TopicRecord } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { useAnnounce } from '@odradek/ui/toast';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useCluster } from '../../../shared/use-cluster.ts';
import { bytesOf } from '../content.ts';
import { useWholeRecord } from '../queries.ts';

/** Saves the value of a record byte for byte, also when the page shows only its beginning. */
export function DownloadValue({ record }: { record: TopicRecord }): ReactNode {
  const { name: cluster } = useCluster();
  const { topic } = useParams({ from: '/c/$cluster/topics/$topic' });
  const announce = useAnnounce();
  const whole = useWholeRecord(cluster, topic);
  const download = () =>
    whole.mutate(record, {
      onSuccess: (found) => {
        const bytes = found && bytesOf(found.value);
        if (bytes) save(bytes, `${topic}-${record.partition}-${record.offset}`);
        else announce({ tone: 'critical', title: 'The log does not hold this record any more' });
      },
      onError: (error) =>
        announce({ tone: 'critical', title: 'The value could not be read', detail: error.message }),
    });
  return (
    <Button kind="quiet" icon="download" busy={whole.isPending} onClick={download}>
      Download value
    </Button>
  );
}

function save(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const address = URL.createObjectURL(new Blob([bytes]));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
