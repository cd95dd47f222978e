import { Page } from '@odradek/ui/app-shell';
import { Button } from '@odradek/ui/button';
import { CodeLine } from '@odradek/ui/code-line';
import { Facts } from '@odradek/ui/facts';
import { Icon } from '@odradek/ui/icon';
import { PageHeader } from '@odradek/ui/page-header';
import { Panel } from '@odradek/ui/panel';
import { RelativeTime } from '@odradek/ui/relative-time';
import { Segmented } from '@odradek/ui/segmented';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useConsole } from '../../shared/console-context.tsx';
import { serverInfoOptions } from '../../shared/live-lists.ts';
import { QueryView } from '../../shared/query-view.tsx';
import { type RefreshChoice, useRefresh } from '../../shared/refresh.tsx';
import { type ThemeChoice, useTheme } from '../../shared/theme.ts';
import styles from './settings-page.module.css';

/** What this browser remembers, and what the server is. */
export function SettingsPage(): ReactNode {
  const theme = useTheme();
  const refresh = useRefresh();
  return (
    <Page>
      <PageHeader title="Settings" />
      <Panel title="This browser">
        <div className={styles.rows}>
          <Row term="Theme" note="System follows the theme of the desktop.">
            <Segmented<ThemeChoice>
              label="Theme"
              options={themes}
              selected={theme.choice}
              onSelect={theme.choose}
            />
          </Row>
          <Row term="Refresh" note="Live: the server sends every sample as it is taken.">
            <Segmented<RefreshChoice>
              label="Refresh"
              options={refreshes}
              selected={refresh.choice}
              onSelect={refresh.choose}
            />
          </Row>
          <TokenRow />
        </div>
      </Panel>
      <ServerPanel />
    </Page>
  );
}

function Row({ term, note, children }: { term: string; note: string; children: ReactNode }): ReactNode {
  return (
    <div className={styles.row}>
      <div>
        <h3 className={styles.term}>{term}</h3>
        <p className={styles.note}>{note}</p>
      </div>
      <div>{children}</div>
    </div>
  );
}

function TokenRow(): ReactNode {
  const { tokens } = useConsole();
  const forget = () => {
    tokens.forget();
    tokens.refuse({ code: 'TOKEN_MISSING', tokenFile: null });
  };
  return (
    <Row
      term="Token"
      note="Kept in this browser for this address only. Forgetting it locks the console here until it is pasted again."
    >
      <Button icon="lock" onClick={forget}>
        Forget the token
      </Button>
    </Row>
  );
}

function ServerPanel(): ReactNode {
  const { api } = useConsole();
  const query = useQuery(serverInfoOptions(api));
  return (
    <Panel title="Server">
      <QueryView query={query} what="the server’s description" skeletonRows={2}>
        {(server) => (
          <div className={styles.server}>
            <Facts
              label="The console’s server"
              facts={[
                { term: 'Odradek', value: server.version },
                { term: 'Node.js', value: server.nodeVersion },
                { term: 'Started as', value: server.startedAs },
                { term: 'Started', value: <RelativeTime at={server.startedAt} /> },
              ]}
            />
            <CodeLine label="Data directory" code={server.dataDirectory} />
            <CodeLine label="Token file" code={server.tokenFile} />
          </div>
        )}
      </QueryView>
    </Panel>
  );
}

const themes: readonly { value: ThemeChoice; label: ReactNode }[] = [
  {
    value: 'system',
    label: (
      <>
        <Icon name="screen" /> System
      </>
    ),
  },
  {
    value: 'light',
    label: (
      <>
        <Icon name="sun" /> Light
      </>
    ),
  },
  {
    value: 'dark',
    label: (
      <>
        <Icon name="moon" /> Dark
      </>
    ),
  },
];

const refreshes: readonly { value: RefreshChoice; label: string }[] = [
  { value: 'live', label: 'Live' },
  { value: '10s', label: 'Every 10 s' },
  { value: '60s', label: 'Every 60 s' },
  { value: 'paused', label: 'Paused' },
];
