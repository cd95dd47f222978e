import type { GroupSummary } from '@odradek/contract';
import { urgencyOf } from '../../shared/verdict-order.ts';

export interface ClientLines {
  bootstrap: string;
  kcatProduce: string;
  kcatConsume: string;
  java: string;
}

/** Lines that work as they stand against these servers. */
export function clientLines(servers: readonly string[]): ClientLines {
  const bootstrap = servers.join(',');
  return {
    bootstrap,
    kcatProduce: `echo 'hello' | kcat -b ${bootstrap} -t greetings -P`,
    kcatConsume: `kcat -b ${bootstrap} -t greetings -C -o beginning -e`,
    java: `props.put("bootstrap.servers", "${bootstrap}");`,
  };
}

/** The groups that need a look first: by verdict, then by lag. */
export function worstGroups(groups: readonly GroupSummary[], most: number): GroupSummary[] {
  return [...groups]
    .sort(
      (left, right) =>
        urgencyOf(right.verdict, right.totalLag) - urgencyOf(left.verdict, left.totalLag) ||
        (left.group < right.group ? -1 : 1),
    )
    .slice(0, most);
}
