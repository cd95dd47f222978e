import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import type { ReactNode } from 'react';
import styles from './segmented.module.css';

export interface SegmentedProps<Value extends string> {
  label: string;
  options: readonly { value: Value; label: ReactNode }[];
  selected: Value;
  onSelect: (value: Value) => void;
}

/** A choice of few, all in sight; arrow keys move between them. */
export function Segmented<Value extends string>({
  label,
  options,
  selected,
  onSelect,
}: SegmentedProps<Value>): ReactNode {
  return (
    <RadioGroup
      className={styles.group}
      aria-label={label}
      value={selected}
      onValueChange={(value) => onSelect(value)}
    >
      {options.map((option) => (
        <Radio.Root key={option.value} value={option.value} className={styles.option}>
          {option.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}
