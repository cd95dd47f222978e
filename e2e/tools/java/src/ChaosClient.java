import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The Java client of the chaos run. {@code write BOOTSTRAP TOPIC PARTITIONS RATE NAME=KIND …} writes 0, 1, 2 … to each
 * partition until its input ends and says what was acknowledged; {@code read BOOTSTRAP TOPIC PARTITIONS} says what lies
 * there; {@code follow …} the same from the beginning on, as it comes, until its input ends and all was read.
 *
 * Lines: {@code a NAME PARTITION SEQUENCE OFFSET MS} acknowledged, {@code f NAME PARTITION SEQUENCE ERROR} given up,
 * {@code r PARTITION OFFSET NAME SEQUENCE} read.
 */
public final class ChaosClient {
    /** Records of a partition that may be unacknowledged; a partition that has so many waits, and the others go on. */
    private static final int UNACKNOWLEDGED_MAX = 2_000;
    private static final int TICK_MS = 10;
    private static final String PADDING = " ".repeat(80);
    private static final PrintStream OUT =
        new PrintStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16), false, StandardCharsets.UTF_8);

    private static volatile boolean inputEnded = false;

    public static void main(String[] arguments) throws Exception {
        Thread input = new Thread(ChaosClient::watchInput, "input");
        input.setDaemon(true);
        input.start();
        Thread flusher = new Thread(ChaosClient::flushOften, "flusher");
        flusher.setDaemon(true);
        flusher.start();
        String bootstrap = arguments[1];
        String topic = arguments[2];
        int partitions = Integer.parseInt(arguments[3]);
        if (arguments[0].equals("write")) write(bootstrap, topic, partitions, arguments);
        else read(bootstrap, topic, partitions, arguments[0].equals("follow"));
        OUT.flush();
    }

    private static void write(String bootstrap, String topic, int partitions, String[] arguments) throws InterruptedException {
        int rate = Integer.parseInt(arguments[4]);
        List<Thread> writers = new ArrayList<>();
        for (int index = 5; index < arguments.length; index++) {
            String[] named = arguments[index].split("=");
            Thread writer = new Thread(() -> new Writer(named[0], topic, partitions).run(settings(bootstrap, named[1]), rate), named[0]);
            writer.start();
            writers.add(writer);
        }
        for (Thread writer : writers) writer.join();
    }

    private static Map<String, Object> settings(String bootstrap, String kind) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("acks", "all");
        settings.put("linger.ms", 5);
        // A broker that is paused or cut off is not waited for as long as it might take: the record goes to the next leader.
        settings.put("request.timeout.ms", 4_000);
        settings.put("delivery.timeout.ms", 180_000);
        settings.put("max.block.ms", 180_000);
        settings.put("enable.idempotence", kind.equals("idempotent"));
        settings.put("max.in.flight.requests.per.connection", kind.equals("idempotent") ? 5 : 1);
        return settings;
    }

    /** One producer with its numbers. */
    private record Writer(String name, String topic, AtomicIntegerArray unacknowledged, int[] next) {
        Writer(String name, String topic, int partitions) {
            this(name, topic, new AtomicIntegerArray(partitions), new int[partitions]);
        }

        void run(Map<String, Object> settings, int rate) {
            try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
                int turn = 0;
                double owed = 0;
                while (!inputEnded) {
                    owed = Math.min(owed + rate * TICK_MS / 1000.0, rate);
                    for (; owed >= 1; owed--) send(producer, turn++ % next.length);
                    pause();
                }
            }
        }

        private void send(KafkaProducer<String, String> producer, int partition) {
            if (unacknowledged.get(partition) >= UNACKNOWLEDGED_MAX) return;
            int sequence = next[partition]++;
            unacknowledged.incrementAndGet(partition);
            producer.send(new ProducerRecord<>(topic, partition, name, sequence + PADDING), (metadata, failure) -> {
                unacknowledged.decrementAndGet(partition);
                String place = name + ' ' + partition + ' ' + sequence + ' ';
                say(failure == null
                    ? "a " + place + metadata.offset() + ' ' + System.currentTimeMillis()
                    : "f " + place + failure.getClass().getSimpleName());
            });
        }
    }

    private static void read(String bootstrap, String topic, int partitions, boolean follows) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("enable.auto.commit", false);
        // A position that the log does not have is a finding, and no reason to jump.
        settings.put("auto.offset.reset", "none");
        settings.put("request.timeout.ms", 4_000);
        settings.put("default.api.timeout.ms", 180_000);
        List<TopicPartition> all = IntStream.range(0, partitions).mapToObj(index -> new TopicPartition(topic, index)).toList();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(all);
            for (TopicPartition partition : all) consumer.seek(partition, 0);
            while (follows && !inputEnded) take(consumer);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (all.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) take(consumer);
        }
    }

    private static void take(KafkaConsumer<String, String> consumer) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
            String value = record.value();
            say("r " + record.partition() + ' ' + record.offset() + ' ' + record.key() + ' ' + value.substring(0, value.indexOf(' ')));
        }
    }

    private static void say(String line) {
        synchronized (OUT) {
            OUT.print(line);
            OUT.print('\n');
        }
    }

    private static void watchInput() {
        try {
            while (System.in.read() >= 0) continue;
        } catch (IOException closed) {
            // As good as its end.
        }
        inputEnded = true;
    }

    private static void flushOften() {
        while (true) {
            pause();
            synchronized (OUT) {
                OUT.flush();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(TICK_MS);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
