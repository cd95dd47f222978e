import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.util.KafkaScheduler;
import org.apache.kafka.storage.internals.log.Cleaner;
import org.apache.kafka.storage.internals.log.CleanerStats;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.apache.kafka.storage.internals.log.LogDirFailureChannel;
import org.apache.kafka.storage.internals.log.LogToClean;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.SkimpyOffsetMap;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.apache.kafka.storage.internals.utils.Throttler;
import org.apache.kafka.storage.log.metrics.BrokerTopicStats;

/**
 * Kafka's own cleaner on the directory of one partition, as it would run in a broker that has just started:
 * {@code directory nowMs firstDirtyOffset uncleanableOffset slots [config=value ...]}. Prints the offset it came to.
 */
public final class KafkaCleaner {
    private static final int BYTES_PER_SLOT = 24;

    /** A clock that stands still. */
    private record StandingTime(long milliseconds) implements Time {
        @Override
        public long hiResClockMs() {
            return milliseconds;
        }

        @Override
        public long nanoseconds() {
            return milliseconds * 1_000_000;
        }

        @Override
        public void sleep(long ms) {}

        @Override
        public void waitObject(Object object, Supplier<Boolean> condition, long deadlineMs) {
            throw new UnsupportedOperationException();
        }
    }

    public static void main(String[] args) throws Exception {
        File directory = Path.of(args[0]).toFile();
        Time time = new StandingTime(Long.parseLong(args[1]));
        Map<String, String> configs = new HashMap<>();
        for (int index = 5; index < args.length; index++) {
            String[] pair = args[index].split("=", 2);
            configs.put(pair[0], pair[1]);
        }
        KafkaScheduler scheduler = new KafkaScheduler(1);
        scheduler.startup();
        UnifiedLog log = UnifiedLog.create(
            directory,
            new LogConfig(configs),
            0L,
            0L,
            scheduler,
            new BrokerTopicStats(false),
            time,
            900_000,
            new ProducerStateManagerConfig(86_400_000, false),
            600_000,
            new LogDirFailureChannel(1),
            false,
            Optional.of(Uuid.ZERO_UUID)
        );
        try {
            log.updateHighWatermark(log.logEndOffset());
            SkimpyOffsetMap map = new SkimpyOffsetMap(Integer.parseInt(args[4]) * BYTES_PER_SLOT);
            Throttler throttler = new Throttler(Double.MAX_VALUE, 300, "cleaner-io", "bytes", time);
            Cleaner cleaner = new Cleaner(0, map, 65536, 1 << 20, 0.9, throttler, time, partition -> {});
            LogToClean cleanable = new LogToClean(log, Long.parseLong(args[2]), Long.parseLong(args[3]), false);
            Map.Entry<Long, CleanerStats> cleaned = cleaner.doClean(cleanable, time.milliseconds());
            System.out.println(cleaned.getKey());
        } finally {
            log.close();
            scheduler.shutdown();
        }
    }
}
