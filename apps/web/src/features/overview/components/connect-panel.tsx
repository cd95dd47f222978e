import { CodeLine } from '@odradek/ui/code-line';
import { Panel } from '@odradek/ui/panel';
import type { ReactNode } from 'react';
import { clientLines } from '../model.ts';
import styles from './connect-panel.module.css';

/** How clients reach the cluster, ready to copy. */
export function ConnectPanel({
  bootstrap,
  isEmpty,
}: {
  bootstrap: readonly string[];
  isEmpty: boolean;
}): ReactNode {
  const lines = clientLines(bootstrap);
  return (
    <Panel title={isEmpty ? 'The cluster is empty. Connect a client' : 'Connect a client'}>
      <div className={styles.lines}>
        <CodeLine label="Bootstrap servers" code={lines.bootstrap} />
        <CodeLine label="Write with kcat" code={lines.kcatProduce} />
        <CodeLine label="Read with kcat" code={lines.kcatConsume} />
        <CodeLine label="Java properties" code={lines.java} />
      </div>
    </Panel>
  );
}
