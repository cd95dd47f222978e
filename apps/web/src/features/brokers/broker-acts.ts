import type { BrokerAct, BrokerProcess } from '@odradek/contract';
import type { IconName } from '@odradek/ui/icon';

export interface ActWords {
  label: string;
  icon: IconName;
  /** What happens, for who is asked whether it should; null: it hurts nobody, and nobody is asked. */
  meaning: ((broker: number) => string) | null;
  done: (broker: number) => string;
}

export const actWords: Readonly<Record<BrokerAct, ActWords>> = {
  start: { label: 'Start', icon: 'play', meaning: null, done: (broker) => `Broker ${broker} is running` },
  resume: { label: 'Resume', icon: 'play', meaning: null, done: (broker) => `Broker ${broker} goes on` },
  stop: {
    label: 'Stop',
    icon: 'stop',
    meaning: (broker) =>
      `Broker ${broker} hands its partitions over, closes its files and ends. It stays stopped.`,
    done: (broker) => `Broker ${broker} has stopped`,
  },
  restart: {
    label: 'Restart',
    icon: 'refresh',
    meaning: (broker) => `Broker ${broker} hands its partitions over, ends, and is started again.`,
    done: (broker) => `Broker ${broker} is running again`,
  },
  pause: {
    label: 'Pause',
    icon: 'pause',
    meaning: (broker) =>
      `The process of broker ${broker} is held still. Its connections stay open and nobody answers on them; the cluster fences it when its session ends.`,
    done: (broker) => `Broker ${broker} is paused`,
  },
  kill: {
    label: 'Kill',
    icon: 'kill',
    meaning: (broker) =>
      `The process of broker ${broker} ends at once, as in a crash. The cluster finds out when its session ends.`,
    done: (broker) => `Broker ${broker} was killed`,
  },
};

/** What can be done with a process in its state. */
export function actsIn(state: BrokerProcess['state']): readonly BrokerAct[] {
  switch (state) {
    case 'running':
      return ['stop', 'restart', 'pause', 'kill'];
    case 'paused':
      return ['resume', 'kill'];
    case 'stopped':
    case 'failed':
      return ['start'];
    case 'starting':
      return ['stop', 'kill'];
    case 'stopping':
      return ['kill'];
  }
}
