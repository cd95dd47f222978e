import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The Java clients' transactions, step by step, behind the drivers' JSON lines. */
public final class TransactionDriver {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, KafkaProducer<String, String>> PRODUCERS = new HashMap<>();

    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            JsonNode request = JSON.readTree(line);
            ObjectNode answer = JSON.createObjectNode();
            try {
                answer.set("result", run(request.get("verb").asText(), request.get("arguments")));
            } catch (Exception failure) {
                Throwable cause = failure instanceof ExecutionException ? failure.getCause() : failure;
                answer.putObject("error").put("name", cause.getClass().getSimpleName()).put("message", String.valueOf(cause.getMessage()));
            }
            System.out.println(JSON.writeValueAsString(answer.set("id", request.get("id"))));
        }
        // What is still open stays so, as after a crash.
        Runtime.getRuntime().halt(0);
    }

    private static JsonNode run(String verb, JsonNode arguments) throws Exception {
        if (verb.equals("read")) return read(arguments);
        String id = arguments.get("transactional_id").asText();
        if (verb.equals("open")) {
            PRODUCERS.put(id, open(arguments.get("bootstrap").asText(), id));
            return JSON.nullNode();
        }
        KafkaProducer<String, String> producer = PRODUCERS.get(id);
        switch (verb) {
            case "begin" -> producer.beginTransaction();
            case "send" -> send(producer, arguments);
            case "sendOffset" -> sendOffset(producer, arguments);
            case "commit" -> producer.commitTransaction();
            case "abort" -> producer.abortTransaction();
            case "close" -> producer.close(Duration.ofSeconds(5));
            default -> throw new IllegalArgumentException("unknown verb " + verb);
        }
        return JSON.nullNode();
    }

    private static KafkaProducer<String, String> open(String bootstrap, String id) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "transactional.id", id);
        KafkaProducer<String, String> producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
        producer.initTransactions();
        return producer;
    }

    private static void send(KafkaProducer<String, String> producer, JsonNode arguments) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (JsonNode value : arguments.get("values")) {
            sent.add(producer.send(new ProducerRecord<>(arguments.get("topic").asText(), arguments.get("partition").asInt(), null, value.asText())));
        }
        producer.flush();
        for (Future<RecordMetadata> future : sent) future.get();
    }

    private static void sendOffset(KafkaProducer<String, String> producer, JsonNode arguments) {
        TopicPartition partition = new TopicPartition(arguments.get("topic").asText(), arguments.get("partition").asInt());
        Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(partition, new OffsetAndMetadata(arguments.get("offset").asLong()));
        producer.sendOffsetsToTransaction(offsets, new ConsumerGroupMetadata(arguments.get("group").asText()));
    }

    /** The values that a reader of the isolation level sees, partition by partition. */
    private static JsonNode read(JsonNode arguments) {
        Map<String, Object> settings = Map.of(
            "bootstrap.servers", arguments.get("bootstrap").asText(),
            "isolation.level", arguments.get("isolation").asText(),
            "fetch.max.wait.ms", 10,
            "enable.auto.commit", false
        );
        List<TopicPartition> partitions = IntStream.range(0, arguments.get("partitions").asInt())
            .mapToObj(partition -> new TopicPartition(arguments.get("topic").asText(), partition))
            .toList();
        List<ArrayNode> values = partitions.stream().map(partition -> JSON.createArrayNode()).toList();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) values.get(record.partition()).add(record.value());
            }
        }
        return JSON.createArrayNode().addAll(values);
    }
}
