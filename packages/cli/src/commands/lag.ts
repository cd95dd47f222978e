import { type BootstrapOption, withKafka } from '../kafka/client.ts';
import { groupLag } from '../kafka/group-lag.ts';
import { print, printJson } from '../standard-output.ts';
import { textTable } from '../text-table.ts';

/** The lag of the groups named, or of all, partition by partition. */
export async function lag(
  groups: readonly string[],
  options: BootstrapOption & { readonly json?: boolean },
): Promise<void> {
  await withKafka(options, async (session) => {
    const names = groups.length > 0 ? groups : [...(await session.admin.listGroups()).keys()].sort();
    const rows: (string | number | null)[][] = [];
    for (const group of names) {
      for (const partition of await groupLag(session, group)) {
        if (options.json === true) printJson({ group, ...partition });
        rows.push([
          group,
          partition.topic,
          partition.partition,
          partition.committedOffset,
          partition.endOffset,
          partition.lag,
        ]);
      }
    }
    if (options.json !== true) {
      print(textTable(['GROUP', 'TOPIC', 'PARTITION', 'COMMITTED', 'END', 'LAG'], rows));
    }
  });
}
