import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
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
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="start" className={styles.positioner}>
          <Base.Popup className={styles.popup}>
            {items.map((item) => (
              <Base.Item
                key={item.id}
                className={styles.item}
                data-checked={item.checked ?? false}
                onClick={item.onSelect}
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
