import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Members of groups, each a consumer with a thread of its own. Commands, one a line: {@code open NAME TOPIC commit|idle
 * config=value …} makes a consumer, {@code go} has all that were made subscribe, {@code leave NAME} closes one,
 * {@code remove BOOTSTRAP GROUP INSTANCE} removes a static member as an administrator does. The end of the input closes all.
 *
 * Lines, the last word the time in milliseconds: {@code ready NAME}, {@code owns NAME GENERATION PARTITIONS} after each
 * change of what it owns ({@code -} for nothing), {@code read NAME PARTITION FROM TO} before that is committed,
 * {@code committed NAME PARTITION NEXT}, {@code failed NAME EXCEPTION}, {@code closed NAME}, {@code removed INSTANCE}.
 */
public final class GroupMembers {
    private static final Map<String, Member> MEMBERS = new LinkedHashMap<>();

    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "open" -> open(words);
                case "go" -> MEMBERS.values().forEach(Member::go);
                case "leave" -> MEMBERS.get(words[1]).leave();
                case "remove" -> remove(words[1], words[2], words[3]);
                default -> throw new IllegalArgumentException(line);
            }
        }
        MEMBERS.values().forEach(Member::leave);
        for (Member member : MEMBERS.values()) member.thread.join(20_000);
        Runtime.getRuntime().halt(0);
    }

    private static void open(String[] words) {
        Map<String, Object> configs = new HashMap<>();
        Arrays.stream(words).skip(4).map(word -> word.split("=", 2)).forEach(pair -> configs.put(pair[0], pair[1]));
        configs.put("enable.auto.commit", false);
        MEMBERS.put(words[1], new Member(words[1], words[2], words[3].equals("commit"), configs));
    }

    private static void remove(String bootstrap, String group, String instance) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            MemberToRemove member = new MemberToRemove(instance);
            admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions(List.of(member))).all().get();
        }
        say("removed " + instance);
    }

    private static synchronized void say(String words) {
        System.out.println(words + ' ' + System.currentTimeMillis());
    }

    private static final class Member implements ConsumerRebalanceListener {
        final String name;
        final Thread thread;
        private final String topic;
        private final boolean commits;
        private final KafkaConsumer<byte[], byte[]> consumer;
        private volatile boolean isLeaving = false;

        Member(String name, String topic, boolean commits, Map<String, Object> configs) {
            this.name = name;
            this.topic = topic;
            this.commits = commits;
            this.consumer = new KafkaConsumer<>(configs, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            this.thread = new Thread(this::run, name);
            say("ready " + name);
        }

        void go() {
            if (thread.getState() == Thread.State.NEW) thread.start();
        }

        void leave() {
            isLeaving = true;
            consumer.wakeup();
            go();
        }

        private void run() {
            try (consumer) {
                consumer.subscribe(List.of(topic), this);
                while (!isLeaving) take(consumer.poll(Duration.ofMillis(100)));
            } catch (WakeupException woken) {
                // It leaves.
            } catch (Exception failure) {
                say("failed " + name + ' ' + failure.getClass().getSimpleName());
            }
            say("closed " + name);
        }

        private void take(ConsumerRecords<byte[], byte[]> records) {
            if (!commits || records.isEmpty()) return;
            Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
            for (TopicPartition partition : records.partitions()) {
                List<ConsumerRecord<byte[], byte[]>> taken = records.records(partition);
                long last = taken.get(taken.size() - 1).offset();
                say("read " + name + ' ' + partition.partition() + ' ' + taken.get(0).offset() + ' ' + last);
                next.put(partition, new OffsetAndMetadata(last + 1));
            }
            try {
                consumer.commitSync(next);
            } catch (CommitFailedException | RebalanceInProgressException lost) {
                // Whoever owns them now reads them again.
                return;
            }
            next.forEach((partition, offset) -> say("committed " + name + ' ' + partition.partition() + ' ' + offset.offset()));
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            tell(consumer.assignment());
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            Collection<TopicPartition> kept = new HashSet<>(consumer.assignment());
            kept.removeAll(partitions);
            tell(kept);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            onPartitionsRevoked(partitions);
        }

        private void tell(Collection<TopicPartition> owned) {
            String list = owned.stream().map(TopicPartition::partition).sorted().map(String::valueOf).collect(Collectors.joining(","));
            say("owns " + name + ' ' + consumer.groupMetadata().generationId() + ' ' + (list.isEmpty() ? "-" : list));
        }
    }
}
