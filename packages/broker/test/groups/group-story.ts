import { GroupTopics } from '../../src/groups/consumer/group-topics.ts';
import type { GroupConfig } from '../../src/groups/group-config.ts';
import type { GroupCoordinator } from '../../src/groups/group-coordinator.ts';
import { decodeGroupRecord } from '../../src/groups/group-records.ts';
import { GROUP_METADATA_TOPIC } from '../../src/metadata/topic-name.ts';
import { ErrorCode } from '../../src/protocol/errors.ts';
import { ZERO_UUID } from '../../src/protocol/uuid.ts';
import { settle } from '../coordination/manual-clock.ts';
import { Command } from '../coordination/story-command.ts';
import { errorName, StoryStage } from '../coordination/story-stage.ts';
import { assignmentText, describeConsumers, sendHeartbeat, soonText } from './consumer-commands.ts';
import { withConsumerConfig } from './consumer-configs.ts';
import { assignmentBytes, bytesOf, subscription, textOf } from './consumer-protocol-text.ts';
import { consumerRecordText } from './consumer-record-text.ts';
import { countingRandom, GROUP_CONFIG, newCoordinator } from './coordinator-bed.ts';
import { imageOf, withTopicNames } from './topic-image.ts';

const CONFIG_NAMES: Readonly<Record<string, keyof Omit<GroupConfig, 'consumer'>>> = {
  'group.initial.rebalance.delay.ms': 'initialRebalanceDelayMs',
  'group.max.size': 'maxSize',
  'offset.metadata.max.bytes': 'offsetMetadataMaxBytes',
  'offsets.retention.ms': 'offsetsRetentionMs',
  'offsets.retention.check.interval.ms': 'offsetsRetentionCheckIntervalMs',
};

/** One coordinator with its clock and its log, and what was seen of it since the last look. */
export class Story {
  readonly #stage = new StoryStage();
  /** Outlives restarts, so that no id is given out twice. */
  readonly #random = countingRandom();
  readonly #memberIds: string[] = [];
  /** Partitions by topic. */
  readonly #topics = new Map([
    [GROUP_METADATA_TOPIC, 1],
    ['orders', 4],
    ['payments', 2],
  ]);
  /** How often a topic of the name was deleted. */
  readonly #formerLives = new Map<string, number>();
  #image = imageOf(this.#topics, 1);
  readonly #groupTopics = new GroupTopics(() => this.#image);
  #config = GROUP_CONFIG;
  #coordinator: GroupCoordinator | null = null;

  async tell(line: string): Promise<void> {
    const command = new Command(line);
    if (command.verb === 'config') {
      for (const [name, value] of command.entries()) {
        if (name.startsWith('group.consumer.')) {
          this.#config = withConsumerConfig(this.#config, name, value);
          continue;
        }
        const key = CONFIG_NAMES[name];
        if (key === undefined) throw new Error(`no config ${name}`);
        this.#config = { ...this.#config, [key]: Number(value) };
      }
      return;
    }
    if (this.#coordinator === null || command.verb === 'restart') await this.#elect(command);
    await this.#act(command);
    await this.#stage.settle();
    this.#stage.tell((record) => this.#recordText(decodeGroupRecord(record)));
  }

  takeLines(): string[] {
    return this.#stage.takeLines().map((text) => this.#withAliases(text).trimEnd());
  }

  async #elect(command: Command): Promise<void> {
    this.#coordinator?.close();
    await settle();
    for (const name of command.list('recreated')) this.#deleteTopic(name, this.#topics.get(name));
    const log = this.#stage.lead();
    this.#coordinator = newCoordinator({
      clock: this.#stage.clock,
      random: this.#random,
      config: this.#config,
      topicIdOf: (name) => this.#groupTopics.idOf(name),
      topics: this.#groupTopics,
    });
    await this.#coordinator.elected(0, log);
  }

  async #act(command: Command): Promise<void> {
    const coordinator = this.#coordinator;
    if (coordinator === null) throw new Error('no coordinator');
    switch (command.verb) {
      case 'restart':
        return;
      case 'advance':
        return this.#stage.clock.advance(Number(command.label));
      case 'log':
        return this.#stage.treatAppends(command.label, ErrorCode.KAFKA_STORAGE_ERROR);
      case 'delete-topic':
        this.#deleteTopic(command.label);
        return coordinator.topicsDeleted([command.label]);
      case 'create-topic':
        this.#topics.set(command.label, command.number('partitions', 1));
        this.#image = imageOf(this.#topics, this.#image.offset + 1, this.#formerLives);
        coordinator.topicsCreated(this.#image.offset);
        return;
      case 'beat':
        return this.#stage.answer(command, sendHeartbeat(command, coordinator), (response) =>
          words({
            '': errorName(response.errorCode),
            member: response.memberId === command.text('member', command.label) ? null : response.memberId,
            epoch: response.memberEpoch,
            assigned: assignmentText(response),
            again: soonText(response),
            why: response.errorMessage,
          }),
        );
      case 'describe-consumers':
        return this.#stage.answered(describeConsumers(command.text('group', 'g'), coordinator));
      case 'join':
        return this.#joinGroup(command, coordinator);
      case 'sync':
        return this.#syncGroup(command, coordinator);
      case 'heartbeat':
        return this.#stage.answer(
          command,
          coordinator.heartbeat(command.text('group', 'g'), this.#identity(command)),
          errorName,
        );
      case 'leave':
        return this.#leaveGroup(command, coordinator);
      case 'commit':
        return this.#commitOffsets(command, coordinator);
      case 'fetch':
        return this.#fetchOffsets(command, coordinator);
      case 'delete-offsets':
        return this.#deleteOffsets(command, coordinator);
      case 'delete-group':
        return this.#stage.answer(command, coordinator.deleteGroups([command.text('group', 'g')]), (codes) =>
          [...codes.values()].map(errorName).join(' '),
        );
      case 'describe':
        return this.#describe(command, coordinator);
      default:
        throw new Error(`no command ${command.verb}`);
    }
  }

  /** With partitions it is made again at once. */
  #deleteTopic(name: string, partitions?: number): void {
    this.#formerLives.set(name, (this.#formerLives.get(name) ?? 0) + 1);
    if (partitions === undefined) this.#topics.delete(name);
    else this.#topics.set(name, partitions);
    this.#image = imageOf(this.#topics, this.#image.offset + 1, this.#formerLives);
  }

  #joinGroup(command: Command, coordinator: GroupCoordinator): void {
    const type = command.text('type', 'consumer');
    const request = {
      groupId: command.text('group', 'g'),
      sessionTimeoutMs: command.number('session', 10_000),
      rebalanceTimeoutMs: command.number('rebalance', 60_000),
      memberId: this.#memberId(command.text('member')),
      groupInstanceId: command.optional('instance'),
      protocolType: type,
      protocols: command.list('protocols').map((protocol) => {
        const [name = '', metadata = ''] = protocol.split(':');
        return { name, metadata: type === 'consumer' ? subscription(metadata) : bytesOf(metadata) };
      }),
      reason: null,
    };
    const client = {
      clientId: command.text('client', command.label),
      clientHost: '/127.0.0.1',
      apiVersion: command.number('version', 9),
    };
    this.#stage.answer(command, coordinator.joinGroup(request, client), (response) => {
      if (response.memberId) this.#alias(response.memberId);
      return words({
        '': errorName(response.errorCode),
        member: response.memberId,
        generation: response.generationId,
        protocol: response.protocolName,
        leader: response.leader,
        skip: response.skipAssignment === true ? 'yes' : undefined,
        members: response.members?.map(({ memberId }) => memberId).join(','),
      });
    });
  }

  #syncGroup(command: Command, coordinator: GroupCoordinator): void {
    const request = {
      ...this.#identity(command),
      groupId: command.text('group', 'g'),
      protocolType: command.optional('type'),
      protocolName: command.optional('protocol'),
      assignments: command.list('assign').map((entry) => {
        const [member = '', assignment = ''] = entry.split(':');
        return { memberId: this.#memberId(member), assignment: assignmentBytes(assignment) };
      }),
    };
    this.#stage.answer(command, coordinator.syncGroup(request), (response) =>
      words({ '': errorName(response.errorCode), assignment: textOf(response.assignment) }),
    );
  }

  #leaveGroup(command: Command, coordinator: GroupCoordinator): void {
    const leaving = [
      ...command
        .list('members')
        .map((id) => ({ memberId: this.#memberId(id), groupInstanceId: null, reason: null })),
      ...command
        .list('instances')
        .map((groupInstanceId) => ({ memberId: '', groupInstanceId, reason: null })),
    ];
    this.#stage.answer(command, coordinator.leaveGroup(command.text('group', 'g'), leaving), (result) =>
      result.kind === 'ok'
        ? result.value
            .map((left) => `${left.memberId || left.groupInstanceId}=${errorName(left.errorCode)}`)
            .join(' ')
        : errorName(result.errorCode),
    );
  }

  #commitOffsets(command: Command, coordinator: GroupCoordinator): void {
    const { generationId, groupInstanceId, memberId } = this.#identity(command);
    const request = {
      groupId: command.text('group', 'g'),
      generationIdOrMemberEpoch: generationId,
      memberId,
      groupInstanceId,
      retentionTimeMs: command.number('retention', -1),
      topics: command.partitions().map(({ partition, topic, value }) => ({
        name: topic,
        topicId: this.#groupTopics.idOf(topic) ?? ZERO_UUID,
        partitions: [
          {
            partitionIndex: partition,
            committedOffset: Number(value),
            committedLeaderEpoch: command.number('epoch', -1),
            committedMetadata: command.optional('metadata')?.padEnd(command.number('length', 0), '.') ?? null,
          },
        ],
      })),
    };
    const client = { clientId: 'c', clientHost: '/127.0.0.1', apiVersion: command.number('version', 9) };
    this.#stage.answer(command, coordinator.commitOffsets(request, client), ({ topics = [] }) =>
      topics
        .flatMap(({ name, partitions = [] }) =>
          partitions.map((answer) => `${name}-${answer.partitionIndex}=${errorName(answer.errorCode)}`),
        )
        .join(' '),
    );
  }

  #fetchOffsets(command: Command, coordinator: GroupCoordinator): void {
    const asked = command.list('of').map((word) => {
      const [, name = '', partition] = /^(.+)-(\d+)$/.exec(word) ?? [];
      return { name, topicId: ZERO_UUID, partitionIndexes: [Number(partition)] };
    });
    const stable = command.text('stable') === 'yes';
    const topics = asked.length === 0 ? null : asked;
    const member = { memberId: command.optional('member'), memberEpoch: command.number('generation', -1) };
    this.#stage.answer(
      command,
      coordinator.fetchOffsets({ groupId: command.text('group', 'g'), topics, member }, stable),
      (result) =>
        result.kind === 'refused'
          ? errorName(result.errorCode)
          : result.value
              .flatMap(({ name, partitions = [] }) =>
                partitions.map((found) => {
                  const metadata = found.metadata ? `(${found.metadata.slice(0, 20)})` : '';
                  const epoch = found.committedLeaderEpoch === -1 ? '' : `@${found.committedLeaderEpoch}`;
                  return `${name}-${found.partitionIndex}=${found.committedOffset}${epoch}${metadata}`;
                }),
              )
              .sort()
              .join(' '),
    );
  }

  #deleteOffsets(command: Command, coordinator: GroupCoordinator): void {
    const topics = command.list('of').map((word) => {
      const [, name = '', partition] = /^(.+)-(\d+)$/.exec(word) ?? [];
      return { name, partitions: [{ partitionIndex: Number(partition) }] };
    });
    const request = { groupId: command.text('group', 'g'), topics };
    this.#stage.answer(command, coordinator.deleteOffsets(request), (response) =>
      words({
        '': errorName(response.errorCode),
        topics: response.topics
          ?.flatMap(({ name, partitions = [] }) =>
            partitions.map((answer) => `${name}-${answer.partitionIndex}:${errorName(answer.errorCode)}`),
          )
          .join(','),
      }),
    );
  }

  #describe(command: Command, coordinator: GroupCoordinator): void {
    const result = coordinator.describeGroup(command.text('group', 'g'));
    const told =
      result.kind === 'refused'
        ? errorName(result.errorCode)
        : result.value === null
          ? 'none'
          : words({
              '': result.value.groupState,
              type: result.value.protocolType,
              protocol: result.value.protocolData,
              members: result.value.members
                ?.map(({ memberAssignment, memberId }) => `${memberId}(${textOf(memberAssignment)})`)
                .join(','),
            });
    this.#stage.answered(`${command.label}: ${told}`);
  }

  #identity(command: Command): { memberId: string; groupInstanceId: string | null; generationId: number } {
    return {
      memberId: this.#memberId(command.text('member')),
      groupInstanceId: command.optional('instance'),
      generationId: command.number('generation', -1),
    };
  }

  #memberId(alias: string): string {
    const [, index] = /#(\d+)$/.exec(alias) ?? [];
    return index === undefined ? alias : (this.#memberIds[Number(index) - 1] ?? alias);
  }

  #alias(memberId: string): void {
    if (!this.#memberIds.includes(memberId) && memberId.length > 36) this.#memberIds.push(memberId);
  }

  #withAliases(text: string): string {
    let told = text;
    this.#memberIds.forEach((memberId, index) => {
      told = told.replaceAll(memberId, `${memberId.slice(0, -37)}#${index + 1}`);
    });
    return withTopicNames(told, this.#image);
  }

  #recordText(record: ReturnType<typeof decodeGroupRecord>): string {
    if (record.kind === 'unknown') return `key version ${record.keyVersion}`;
    if (record.kind !== 'offset' && record.kind !== 'classic-group') return consumerRecordText(record);
    if (record.kind === 'offset') {
      const { groupId, partition, topic } = record.key;
      return `offset ${groupId} ${topic}-${partition} = ${record.value?.offset ?? 'gone'}`;
    }
    if (record.value === null) return `group ${record.groupId} gone`;
    const { generation, leader, members, protocol } = record.value;
    for (const { memberId } of members) this.#alias(memberId);
    const told = members.map(({ assignment, memberId }) => `${memberId}(${textOf(assignment)})`).join(',');
    return words({ '': `group ${record.groupId}`, generation, protocol, leader, members: told });
  }
}

/** `key=value` for those that have one; the empty key stands alone. */
function words(values: Readonly<Record<string, string | number | null | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([key, value]) => (key === '' ? `${value}` : `${key}=${value}`))
    .join(' ');
}
