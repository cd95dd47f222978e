import { Button } from '@odradek/ui/button';
import { SelectField, TextField } from '@odradek/ui/field';
import { Segmented } from '@odradek/ui/segmented';
import type { ReactNode } from 'react';
import { fromLocalInput, limits, type PeekChoice, toLocalInput } from '../peek-choice.ts';
import styles from './peek-controls.module.css';

export interface PeekControlsProps {
  choice: PeekChoice;
  partitions: readonly number[];
  reading: boolean;
  onChange: (next: Partial<PeekChoice>) => void;
  onReadAgain: () => void;
}

/** Which records are read: from where, of which partition, how many. */
export function PeekControls({
  choice,
  partitions,
  reading,
  onChange,
  onReadAgain,
}: PeekControlsProps): ReactNode {
  return (
    <div className={styles.controls}>
      <Segmented<PeekChoice['start']>
        label="Read from"
        options={starts}
        selected={choice.start}
        onSelect={(start) => onChange({ start, offset: undefined, timestamp: undefined })}
      />
      {choice.start === 'offset' && (
        <TextField
          label="From offset"
          inputMode="numeric"
          autoComplete="off"
          value={choice.offset ?? ''}
          onChange={({ target }) =>
            onChange({ offset: /^\d+$/.test(target.value) ? Number(target.value) : undefined })
          }
        />
      )}
      {choice.start === 'timestamp' && (
        <TextField
          label={`From time, ${Intl.DateTimeFormat().resolvedOptions().timeZone}`}
          type="datetime-local"
          step={1}
          value={toLocalInput(choice.timestamp)}
          onChange={({ target }) => onChange({ timestamp: fromLocalInput(target.value) })}
        />
      )}
      <SelectField
        label="Partition"
        value={choice.partition ?? ''}
        options={[
          { value: '', label: 'all' },
          ...partitions.map((partition) => ({ value: String(partition), label: String(partition) })),
        ]}
        onChange={({ target }) =>
          onChange({ partition: target.value === '' ? undefined : Number(target.value) })
        }
      />
      <SelectField
        label="At most"
        value={choice.limit}
        options={limits.map((limit) => ({ value: String(limit), label: `${limit} records` }))}
        onChange={({ target }) => onChange({ limit: Number(target.value) })}
      />
      <Button icon="refresh" busy={reading} onClick={onReadAgain}>
        Read again
      </Button>
    </div>
  );
}

const starts = [
  { value: 'newest', label: 'Newest' },
  { value: 'oldest', label: 'Oldest' },
  { value: 'offset', label: 'Offset' },
  { value: 'timestamp', label: 'Time' },
] as const;
