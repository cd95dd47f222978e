import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;

/**
 * An application of Kafka Streams with {@code exactly_once_v2}: {@code StreamsApp BOOTSTRAP APPLICATION STATE-FOLDER}
 * counts the words of {@code lines} into {@code word-counts}, every count of its own; joins {@code orders} with
 * {@code payments} by order and what comes of it with {@code customers} by customer into {@code paid-orders}. It says
 * each of its states in a line and goes on until its input ends. An exception of a thread ends it with 1.
 */
public final class StreamsApp {
    public static void main(String[] arguments) throws Exception {
        Properties settings = new Properties();
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments[1]);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments[2]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 2);
        // Each count is to be seen, not only the last of a transaction.
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        settings.put("auto.offset.reset", "earliest");
        // Records that were repartitioned are deleted as they are done with, while brokers are killed.
        settings.put("repartition.purge.interval.ms", 1_000);
        // An instance that was killed is missed this soon.
        settings.put("session.timeout.ms", 6_000);

        KafkaStreams streams = new KafkaStreams(topology().build(), settings);
        streams.setStateListener((now, before) -> System.out.println(now));
        streams.start();
        while (System.in.read() >= 0) continue;
        boolean hasFailed = streams.state() == KafkaStreams.State.ERROR;
        streams.close(Duration.ofSeconds(30));
        System.exit(hasFailed ? 1 : 0);
    }

    private static StreamsBuilder topology() {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> lines = builder.stream("lines");
        lines.flatMapValues(line -> Arrays.asList(line.toLowerCase(Locale.ROOT).split(" ")))
            .groupBy((key, word) -> word)
            .count()
            .toStream()
            .mapValues(String::valueOf)
            .to("word-counts");

        KStream<String, String> orders = builder.stream("orders");
        KStream<String, String> payments = builder.stream("payments");
        KTable<String, String> customers = builder.table("customers");
        orders.join(payments, (customer, amount) -> customer + " " + amount, JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ofHours(6)))
            .map((order, paid) -> KeyValue.pair(paid.split(" ")[0], order + " " + paid.split(" ")[1]))
            .join(customers, (paid, name) -> paid + " " + name)
            .to("paid-orders");
        return builder;
    }
}
