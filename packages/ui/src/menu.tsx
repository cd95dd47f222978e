import { Menu as Base } from '@base-ui/react/menu';
import { type ReactElement, type ReactNode, useState } from 'react';
import styles from './menu.module.css';

export interface MenuItem {
  id: string;
  label: ReactNode;
  /** A second, fainter line. */
  note?: ReactNode;
  checked?: boolean;
  onSelect: () => void;
}

/** Acts or choices behind one button. `trigger` is the button element; the menu names it as its opener. */
export function Menu({ trigger, items }: { trigger: ReactElement; items: readonly MenuItem[] }): ReactNode {
  const [open, setOpen] = useState(false);
  // Closed before the act: a dialog that an act opens would else keep the menu open above it.
  const choose = (item: MenuItem) => {
    setOpen(false);
    item.onSelect();
  };
  return (
    <Base.Root modal={false} open={open} onOpenChange={(next) => setOpen(next)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="start" className={styles.positioner}>
          <Base.Popup className={styles.popup}>
            {items.map((item) => (
              <Base.Item
                key={item.id}
                className={styles.item}
                data-checked={item.checked ?? false}
                onClick={() => choose(item)}
              >
                <span>{item.label}</span>
                {item.note && <span className={styles.note}>{item.note}</span>}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
