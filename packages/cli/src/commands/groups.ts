import { Failure } from '../failure.ts';
import { type BootstrapOption, withKafka } from '../kafka/client.ts';
import { groupLag, totalLag } from '../kafka/group-lag.ts';
import { print, printJson } from '../standard-output.ts';
import { textTable } from '../text-table.ts';

interface Common extends BootstrapOption {
  readonly json?: boolean;
}

export async function listGroups(options: Common): Promise<void> {
  await withKafka(options, async ({ admin }) => {
    const groups = [...(await admin.listGroups()).values()].sort((left, right) =>
      left.id < right.id ? -1 : 1,
    );
    const rows = groups.map(({ id, state, groupType, protocolType }) => ({
      group: id,
      state,
      type: groupType ?? null,
      protocolType,
    }));
    if (options.json === true) for (const row of rows) printJson(row);
    else
      print(
        textTable(
          ['GROUP', 'STATE', 'TYPE'],
          rows.map(({ group, state, type }) => [group, state, type]),
        ),
      );
  });
}

export async function describeGroup(group: string, options: Common): Promise<void> {
  await withKafka(options, async (session) => {
    const described = (await session.admin.describeGroups({ groups: [group] })).get(group);
    const partitions = await groupLag(session, group);
    const state = described?.state ?? 'Dead';
    if (partitions.length === 0 && state.toUpperCase() === 'DEAD')
      throw new Failure(`there is no group ${group}`);
    const members = [...(described?.members.values() ?? [])].map((member) => ({
      memberId: member.id,
      instanceId: member.groupInstanceId,
      clientId: member.clientId,
      host: member.clientHost,
      assignment: [...(member.assignments?.values() ?? [])],
    }));
    const owner = (topic: string, partition: number) =>
      members.find(({ assignment }) =>
        assignment.some((assigned) => assigned.topic === topic && assigned.partitions.includes(partition)),
      )?.memberId ?? null;
    if (options.json === true) {
      printJson({
        group,
        state,
        protocol: described?.protocol ?? null,
        members,
        partitions,
        lag: totalLag(partitions),
      });
      return;
    }
    print(`group ${group}: ${state}, ${members.length} member(s), lag ${totalLag(partitions) ?? '–'}`);
    const rows = partitions.map((row) => [
      row.topic,
      row.partition,
      row.committedOffset,
      row.endOffset,
      row.lag,
      owner(row.topic, row.partition),
    ]);
    print(textTable(['TOPIC', 'PARTITION', 'COMMITTED', 'END', 'LAG', 'MEMBER'], rows));
  });
}

export async function deleteGroups(groups: readonly string[], options: Common): Promise<void> {
  await withKafka(options, async ({ admin }) => {
    await admin.deleteGroups({ groups: [...groups] });
    for (const group of groups) {
      if (options.json === true) printJson({ group, deleted: true });
      else print(`deleted ${group}`);
    }
  });
}
