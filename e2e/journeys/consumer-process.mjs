// A consumer that can be killed: `consumer-process.mjs BOOTSTRAP TOPIC GROUP PAUSE_MS`. Commits after every record,
// then waits PAUSE_MS before the next. Prints a line once it is assigned its partitions.
import { Kafka, logLevel } from 'kafkajs';

const [bootstrap, topic, groupId, pauseMs] = process.argv.slice(2);
const consumer = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING }).consumer({
  groupId,
  sessionTimeout: 6_000,
  heartbeatInterval: 500,
});
consumer.on(consumer.events.GROUP_JOIN, () => console.log('joined'));
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ partition, message, heartbeat }) => {
    await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }]);
    if (Number(pauseMs) > 0) await new Promise((resolve) => setTimeout(resolve, Number(pauseMs)));
    await heartbeat();
  },
});
process.once('SIGTERM', async () => {
  await consumer.disconnect();
  process.exit(0);
});
