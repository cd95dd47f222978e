import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsRequestDataJsonConverter;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsTopicResponse;
import org.apache.kafka.common.message.ListOffsetsResponseDataJsonConverter;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** Writes ListOffsets version 0, which 4.x has no more, as the classes of 3.9 make it; see README.md. */
public class CaptureListOffsetsV0 {
    public static void main(String[] arguments) throws Exception {
        Path path = Path.of(arguments[0]).resolve("list-offsets-v0.ndjson");
        try (PrintStream out = new PrintStream(path.toFile())) {
            ListOffsetsRequestData request = new ListOffsetsRequestData().setReplicaId(-1).setTopics(List.of(
                new ListOffsetsTopic().setName("orders").setPartitions(List.of(
                    new ListOffsetsPartition().setPartitionIndex(0).setTimestamp(-1).setMaxNumOffsets(1),
                    new ListOffsetsPartition().setPartitionIndex(7).setTimestamp(1_700_000_000_000L).setMaxNumOffsets(20))),
                new ListOffsetsTopic().setName("größe").setPartitions(List.of())));
            print(out, "ListOffsetsRequest", ListOffsetsRequestDataJsonConverter.write(request, (short) 0), request);

            ListOffsetsResponseData response = new ListOffsetsResponseData().setTopics(List.of(
                new ListOffsetsTopicResponse().setName("orders").setPartitions(List.of(
                    new ListOffsetsPartitionResponse().setPartitionIndex(0).setOldStyleOffsets(List.of(42L, 17L, 0L)),
                    new ListOffsetsPartitionResponse().setPartitionIndex(7).setErrorCode((short) 3)))));
            print(out, "ListOffsetsResponse", ListOffsetsResponseDataJsonConverter.write(response, (short) 0), response);
        }
    }

    static void print(PrintStream out, String name, Object json, ApiMessage message) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(message.size(cache, (short) 0));
        message.write(new ByteBufferAccessor(bytes), cache, (short) 0);
        out.printf("{\"name\":\"%s\",\"json\":%s,\"hex\":\"%s\"}%n",
            name, json, HexFormat.of().formatHex(bytes.array()));
    }
}
