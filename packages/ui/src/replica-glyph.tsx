import type { ReactNode } from 'react';
import styles from './replica-glyph.module.css';

/** What a broker is to a partition. */
export type ReplicaRole = 'leader' | 'in-sync' | 'out-of-sync' | 'offline';

export interface ReplicaGlyphProps {
  role: ReplicaRole;
  /** The first replica, which leads when all is well: underlined. */
  preferred?: boolean;
  /** A reassignment adds it (+) or takes it away (−). */
  moving?: 'adding' | 'removing' | null;
}

/**
 * A replica by its shape: ● leader, ○ in sync, △ out of sync, ✕ offline. Decoration: the words stand in the label of
 * its cell.
 */
export function ReplicaGlyph({ role, preferred = false, moving = null }: ReplicaGlyphProps): ReactNode {
  return (
    <svg className={styles.glyph} viewBox="0 0 24 24" data-role={role} aria-hidden="true" focusable="false">
      <path className={role === 'leader' ? styles.filled : styles.drawn} d={shapes[role]} />
      {role === 'out-of-sync' && <path className={styles.drawn} d="M12 9v3.4M12 14.6v.2" />}
      {preferred && <path className={styles.underline} d="M6 22h12" />}
      {moving && (
        <g className={styles.moving}>
          <path className={styles.badge} d="M20 0a4.6 4.6 0 1 0 0 9.2A4.6 4.6 0 0 0 20 0Z" />
          <path
            className={styles.sign}
            d={moving === 'adding' ? 'M17.6 4.6h4.8M20 2.2V7' : 'M17.6 4.6h4.8'}
          />
        </g>
      )}
    </svg>
  );
}

const shapes: Readonly<Record<ReplicaRole, string>> = {
  leader: 'M12 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z',
  'in-sync': 'M12 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12Z',
  'out-of-sync': 'M12 3.8 19.2 17H4.8Z',
  offline: 'M6.6 5.6l10.8 10.8M17.4 5.6 6.6 16.4',
};
