import type { Broker, BrokerAct } from '@odradek/contract';
import { Button } from '@odradek/ui/button';
import { Menu } from '@odradek/ui/menu';
import { useAnnounce } from '@odradek/ui/toast';
import { type ReactNode, useState } from 'react';
import { actsIn, actWords } from '../broker-acts.ts';
import { useBrokerAct } from '../queries.ts';
import { ActDialog } from './act-dialog.tsx';

export interface BrokerMenuProps {
  cluster: string;
  broker: Broker;
  isReadOnly: boolean;
}

/** What can be done with a broker's process; asks before what hurts. Nothing where Odradek did not start it. */
export function BrokerMenu({ cluster, broker, isReadOnly }: BrokerMenuProps): ReactNode {
  const announce = useAnnounce();
  const act = useBrokerAct(cluster);
  const [asked, setAsked] = useState<BrokerAct | null>(null);
  if (broker.process === null) return null;
  const carryOut = (wanted: BrokerAct) =>
    act.mutate(
      { broker: broker.id, act: wanted },
      {
        onSuccess: () => {
          setAsked(null);
          announce({ tone: 'ok', title: actWords[wanted].done(broker.id) });
        },
        onError: (error) => {
          if (actWords[wanted].meaning !== null) return;
          announce({
            tone: 'critical',
            title: `Broker ${broker.id} could not ${wanted}`,
            detail: error.message,
          });
        },
      },
    );
  const choose = (wanted: BrokerAct) => {
    act.reset();
    if (actWords[wanted].meaning === null) carryOut(wanted);
    else setAsked(wanted);
  };
  const acts = actsIn(broker.process.state);
  const [only, ...others] = acts;
  return (
    <>
      {only !== undefined && others.length === 0 ? (
        <Button
          icon={actWords[only].icon}
          disabled={isReadOnly}
          busy={act.isPending}
          onClick={() => choose(only)}
        >
          {actWords[only].label}
        </Button>
      ) : (
        <Menu
          trigger={
            <Button
              icon="down"
              aria-label={`Act on broker ${broker.id}`}
              disabled={isReadOnly}
              busy={act.isPending}
            >
              Act
            </Button>
          }
          items={acts.map((wanted) => ({
            id: wanted,
            label: actWords[wanted].label,
            onSelect: () => choose(wanted),
          }))}
        />
      )}
      <ActDialog
        cluster={cluster}
        broker={broker}
        act={asked}
        busy={act.isPending}
        error={act.error}
        onConfirm={carryOut}
        onClose={() => setAsked(null)}
      />
    </>
  );
}
