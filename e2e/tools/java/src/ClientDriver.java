import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The Java clients behind the drivers' JSON lines: one request a line on standard input, one answer a line. */
public final class ClientDriver {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            JsonNode request = JSON.readTree(line);
            ObjectNode answer = JSON.createObjectNode();
            long started = System.nanoTime();
            try {
                answer.set("result", run(request.get("verb").asText(), request.get("arguments")));
            } catch (Exception failure) {
                Throwable cause = failure instanceof ExecutionException ? failure.getCause() : failure;
                answer.putObject("error").put("name", cause.getClass().getSimpleName()).put("message", String.valueOf(cause.getMessage()));
            }
            answer.set("id", request.get("id"));
            answer.put("seconds", (System.nanoTime() - started) / 1e9);
            System.out.println(JSON.writeValueAsString(answer));
        }
    }

    private static JsonNode run(String verb, JsonNode arguments) throws Exception {
        return switch (verb) {
            case "version" -> version();
            case "createTopic" -> createTopic(arguments);
            case "produce" -> produce(arguments);
            case "consume" -> consume(arguments);
            case "initTransactions" -> initTransactions(arguments);
            case "write" -> write(arguments);
            case "endTransaction" -> endTransaction(arguments);
            case "read" -> read(arguments);
            default -> throw new IllegalArgumentException("unknown verb " + verb);
        };
    }

    private static JsonNode version() throws IOException {
        Properties properties = new Properties();
        try (InputStream stream = KafkaProducer.class.getResourceAsStream("/kafka/kafka-version.properties")) {
            properties.load(stream);
        }
        return JSON.getNodeFactory().textNode(properties.getProperty("version"));
    }

    private static JsonNode createTopic(JsonNode arguments) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", arguments.get("bootstrap").asText()))) {
            NewTopic topic = new NewTopic(arguments.get("topic").asText(), arguments.get("partitions").asInt(), (short) 1);
            admin.createTopics(List.of(topic)).all().get();
        }
        return JSON.nullNode();
    }

    private static JsonNode produce(JsonNode arguments) throws Exception {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", arguments.get("bootstrap").asText());
        settings.put("compression.type", arguments.get("codec").asText());
        settings.put("linger.ms", 20);
        settings.put("enable.idempotence", arguments.path("idempotent").asBoolean(true));
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (JsonNode record : arguments.get("records")) {
                ProducerRecord<String, String> produced = new ProducerRecord<>(arguments.get("topic").asText(), text(record.get("key")), text(record.get("value")));
                record.path("headers").properties().forEach(header ->
                    produced.headers().add(header.getKey(), header.getValue().asText().getBytes(StandardCharsets.UTF_8)));
                sent.add(producer.send(produced));
            }
            producer.flush();
            for (Future<RecordMetadata> future : sent) future.get();
        }
        return JSON.nullNode();
    }

    /** Reads {@code count} records as a member of the group, commits exactly those, and leaves. */
    private static JsonNode consume(JsonNode arguments) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", arguments.get("bootstrap").asText());
        settings.put("group.id", arguments.get("group").asText());
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", false);
        settings.put("max.poll.records", 1);
        String topic = arguments.get("topic").asText();
        int count = arguments.get("count").asInt();
        ArrayNode records = JSON.createArrayNode();
        Map<TopicPartition, OffsetAndMetadata> nextOffsets = new HashMap<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            long deadline = System.nanoTime() + (long) (arguments.path("timeout_seconds").asDouble(30) * 1e9);
            while (records.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
                    nextOffsets.put(new TopicPartition(topic, record.partition()), new OffsetAndMetadata(record.offset() + 1));
                    records.add(recordOf(record));
                }
            }
            if (!nextOffsets.isEmpty()) consumer.commitSync(nextOffsets);
        }
        return records;
    }

    private static ObjectNode recordOf(ConsumerRecord<String, String> record) {
        ObjectNode node = JSON.createObjectNode();
        node.put("partition", record.partition()).put("offset", record.offset());
        node.put("key", record.key()).put("value", record.value());
        ObjectNode headers = node.putObject("headers");
        for (Header header : record.headers()) headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
        return node;
    }

    private static JsonNode initTransactions(JsonNode arguments) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", arguments.get("bootstrap").asText());
        settings.put("transactional.id", arguments.get("transactional_id").asText());
        ObjectNode outcome = JSON.createObjectNode();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            outcome.putNull("error");
        } catch (RuntimeException failure) {
            outcome.put("error", failure.getClass().getSimpleName()).put("retriable", failure instanceof RetriableException);
        }
        return outcome;
    }

    /** Producers whose transaction is open, by transactional id: to close one would abort it. */
    private static final Map<String, KafkaProducer<String, String>> OPEN = new HashMap<>();

    /**
     * Writes records to one partition, in batches of {@code batch}, with a producer of the given configs. With a
     * transactional id the records are one transaction, which stays open until it is ended.
     */
    private static JsonNode write(JsonNode arguments) throws Exception {
        Map<String, Object> settings = new HashMap<>();
        settings.put("linger.ms", 1000);
        arguments.get("settings").properties().forEach(setting -> settings.put(setting.getKey(), setting.getValue().asText()));
        settings.put("bootstrap.servers", arguments.get("bootstrap").asText());
        KafkaProducer<String, String> producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
        boolean isTransactional = settings.containsKey("transactional.id");
        try {
            if (isTransactional) {
                producer.initTransactions();
                producer.beginTransaction();
                OPEN.put(arguments.at("/settings/transactional.id").asText(), producer);
            }
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (JsonNode record : arguments.get("records")) {
                Long timestamp = record.hasNonNull("timestamp") ? record.get("timestamp").asLong() : null;
                sent.add(producer.send(new ProducerRecord<>(arguments.get("topic").asText(), 0, timestamp, text(record.get("key")), text(record.get("value")))));
                if (sent.size() % arguments.get("batch").asInt() == 0) producer.flush();
            }
            producer.flush();
            for (Future<RecordMetadata> future : sent) future.get();
        } finally {
            if (!isTransactional) producer.close();
        }
        return JSON.nullNode();
    }

    private static JsonNode endTransaction(JsonNode arguments) {
        try (KafkaProducer<String, String> producer = OPEN.remove(arguments.get("transactional_id").asText())) {
            if (arguments.get("outcome").asText().equals("commit")) producer.commitTransaction();
            else producer.abortTransaction();
        }
        return JSON.nullNode();
    }

    /** Every record of partition 0 of a topic that a reader of the isolation level sees. */
    private static JsonNode read(JsonNode arguments) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", arguments.get("bootstrap").asText());
        settings.put("isolation.level", arguments.get("isolation").asText());
        settings.put("fetch.max.wait.ms", 10);
        settings.put("enable.auto.commit", false);
        ArrayNode records = JSON.createArrayNode();
        TopicPartition partition = new TopicPartition(arguments.get("topic").asText(), 0);
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    records.addObject().put("offset", record.offset()).put("timestamp", record.timestamp()).put("key", record.key()).put("value", record.value());
                }
            }
        }
        return records;
    }

    private static String text(JsonNode node) {
        return node == null || node.isNull() ? null : node.asText();
    }
}
