import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';
import styles from './palette.module.css';

export interface PaletteItem {
  id: string;
  label: string;
  icon: IconName;
  /** Where it is, or what it is: the cluster of a topic. */
  note: string;
}

export interface PaletteProps<Item extends PaletteItem> {
  label: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  query: string;
  onQuery: (query: string) => void;
  /** Those that match the query, best first. */
  items: readonly Item[];
  onChoose: (item: Item) => void;
}

/** A way to anything by typing some of its name: arrows move, Enter goes there, Escape closes. */
export function Palette<Item extends PaletteItem>(props: PaletteProps<Item>): ReactNode {
  const { label, open, onOpenChange, query, onQuery, items, onChoose } = props;
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.popup} aria-label={label}>
          <Autocomplete.Root
            open
            inline
            items={items}
            filter={null}
            value={query}
            onValueChange={(value, { reason }) => reason === 'input-change' && onQuery(value)}
            itemToStringValue={(item) => item.label}
            autoHighlight="always"
          >
            <div className={styles.field}>
              <Icon name="search" />
              <Autocomplete.Input className={styles.input} aria-label={label} placeholder={label} />
            </div>
            <Autocomplete.Empty className={styles.empty}>
              {items.length === 0 && 'Nothing is called that.'}
            </Autocomplete.Empty>
            <Autocomplete.List className={styles.list}>
              {(item: Item) => (
                <Autocomplete.Item
                  key={item.id}
                  value={item}
                  className={styles.item}
                  onClick={() => onChoose(item)}
                >
                  <Icon name={item.icon} />
                  <span className={styles.name}>{item.label}</span>
                  <span className={styles.note}>{item.note}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
