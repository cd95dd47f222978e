import { startStandaloneDemo } from '@odradek/monitor/demo';
import { Failure } from '../failure.ts';
import { print } from '../standard-output.ts';
import { stderrLogger } from '../stderr-logger.ts';
import { stopRequest } from '../up/stop-request.ts';

const PHASES = {
  'keeping-up': 'the group keeps up',
  'falling-behind': 'the group falls behind',
  stopped: 'the group has stopped',
  recovering: 'the group is back and catches up',
} as const;

/** Runs the demo until a signal, and tells each phase as it begins. */
export async function demo({ bootstrapServer }: { readonly bootstrapServer: string }): Promise<void> {
  const stopping = stopRequest({ withParent: false });
  let told: string | null = null;
  const running = await startStandaloneDemo(
    { name: 'demo', bootstrap: bootstrapServer.split(','), readOnly: false },
    {
      logger: stderrLogger(),
      onChange: ({ phase }) => {
        if (phase === null || phase === told) return;
        told = phase;
        print(`${new Date().toLocaleTimeString()}  ${PHASES[phase]}`);
      },
    },
  );
  const { status } = running;
  if (status.state === 'failed') {
    await running.stop();
    throw new Failure(
      `the demo could not start on ${bootstrapServer}: ${status.reason ?? 'no reason given'}`,
    );
  }
  print(
    `Orders go to topic ${status.topic}, read by group ${status.group}; Ctrl-C ends the demo and leaves both.`,
  );
  await stopping;
  await running.stop();
}
