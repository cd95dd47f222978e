import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.KRaftVersionRecord;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.message.LeaderChangeMessage.Voter;
import org.apache.kafka.common.message.SnapshotFooterRecord;
import org.apache.kafka.common.message.SnapshotHeaderRecord;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.server.log.remote.metadata.storage.generated.ProducerSnapshot;
import org.apache.kafka.server.log.remote.metadata.storage.generated.ProducerSnapshotJsonConverter;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogOffsetMetadata;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;

/** Writes record batches, headers and producer snapshots as Kafka's own classes make them; see README.md. */
public class Capture {
    static final ObjectMapper JSON = new ObjectMapper();
    static final long TIME = 1_700_000_000_000L;

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        recordBatches(directory.resolve("record-batches.ndjson"));
        headers(directory.resolve("headers.ndjson"));
        producerSnapshots(directory.resolve("producer-snapshots.ndjson"));
        errors(directory.resolve("errors.ndjson"));
    }

    static void errors(Path path) throws Exception {
        try (PrintStream out = new PrintStream(path.toFile())) {
            for (Errors error : Errors.values()) {
                ObjectNode line = JSON.createObjectNode();
                line.put("name", error.name()).put("code", error.code());
                line.put("retriable", error.exception() instanceof RetriableException);
                out.println(JSON.writeValueAsString(line));
            }
        }
    }

    static void recordBatches(Path path) throws Exception {
        try (PrintStream out = new PrintStream(path.toFile())) {
            for (CompressionType type : CompressionType.values()) {
                Compression compression = Compression.of(type).build();
                print(out, type.name + ", one record", MemoryRecords.withRecords(compression, one()));
                print(out, type.name + ", many records", MemoryRecords.withRecords(42L, compression, 7, many()));
                print(out, type.name + ", headers", MemoryRecords.withRecords(compression, withHeaders()));
                print(out, type.name + ", nulls and empties", MemoryRecords.withRecords(compression, nulls()));
                if (type == CompressionType.SNAPPY || type == CompressionType.LZ4) {
                    print(out, type.name + ", several blocks", MemoryRecords.withRecords(compression, large()));
                }
                print(out, type.name + ", idempotent", MemoryRecords.withIdempotentRecords(
                    100L, compression, 4711L, (short) 3, 2147483646, 5, many()));
                print(out, type.name + ", transactional", MemoryRecords.withTransactionalRecords(
                    100L, compression, 4711L, (short) 3, 17, 5, many()));
                print(out, type.name + ", LogAppendTime", logAppendTime(compression));
            }
            print(out, "offset gaps and times out of order", gaps());
            print(out, "delete horizon", deleteHorizon());
            print(out, "emptied by the cleaner", emptied());
            controlBatches(out);
        }
    }

    static SimpleRecord[] one() {
        return new SimpleRecord[] {new SimpleRecord(TIME, "key".getBytes(), "value".getBytes())};
    }

    static SimpleRecord[] many() {
        SimpleRecord[] records = new SimpleRecord[10];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(TIME + i * 1000L, ("key-" + i % 3).getBytes(), ("value " + i).getBytes());
        }
        return records;
    }

    static SimpleRecord[] withHeaders() {
        Header[] headers = {
            new RecordHeader("trace", "abc".getBytes()), new RecordHeader("größe", new byte[0]),
            new RecordHeader("none", null), new RecordHeader("trace", new byte[] {(byte) 0xff, 0})};
        return new SimpleRecord[] {
            new SimpleRecord(TIME, "key".getBytes(), "value".getBytes(), headers),
            new SimpleRecord(TIME, "key".getBytes(), "value".getBytes())};
    }

    static SimpleRecord[] nulls() {
        return new SimpleRecord[] {
            new SimpleRecord(TIME, null, "no key".getBytes()), new SimpleRecord(TIME, "tombstone".getBytes(), null),
            new SimpleRecord(TIME, (byte[]) null, (byte[]) null), new SimpleRecord(TIME, new byte[0], new byte[0])};
    }

    /** More than the blocks of snappy (32 KiB) and lz4 (64 KiB). */
    static SimpleRecord[] large() {
        SimpleRecord[] records = new SimpleRecord[80];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(TIME + i, null, ("a value that repeats, " + i % 7 + "; ").repeat(40).getBytes());
        }
        return records;
    }

    static MemoryRecords logAppendTime(Compression compression) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(4096), RecordBatch.CURRENT_MAGIC_VALUE,
            compression, TimestampType.LOG_APPEND_TIME, 9L, TIME + 123_456);
        for (SimpleRecord record : many()) builder.append(record);
        return builder.build();
    }

    static MemoryRecords gaps() {
        MemoryRecordsBuilder builder = MemoryRecords.builder(ByteBuffer.allocate(4096), RecordBatch.CURRENT_MAGIC_VALUE,
            Compression.NONE, TimestampType.CREATE_TIME, 1_000_000_000_000L);
        long[] offsets = {3, 8, 200, 70_000};
        long[] times = {TIME, TIME - 5_000, TIME + 3_000_000_000L, -1};
        for (int i = 0; i < offsets.length; i++) {
            builder.appendWithOffset(1_000_000_000_000L + offsets[i], times[i], ("k" + i).getBytes(), new byte[] {(byte) i});
        }
        return builder.build();
    }

    static MemoryRecords deleteHorizon() {
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
            new org.apache.kafka.common.utils.ByteBufferOutputStream(4096), RecordBatch.CURRENT_MAGIC_VALUE,
            Compression.NONE, TimestampType.CREATE_TIME, 5L, RecordBatch.NO_TIMESTAMP, RecordBatch.NO_PRODUCER_ID,
            RecordBatch.NO_PRODUCER_EPOCH, RecordBatch.NO_SEQUENCE, false, false, 2, 4096, TIME + 86_400_000);
        for (SimpleRecord record : nulls()) builder.append(record);
        return builder.build();
    }

    static MemoryRecords emptied() {
        ByteBuffer buffer = ByteBuffer.allocate(128);
        DefaultRecordBatch.writeEmptyHeader(buffer, RecordBatch.CURRENT_MAGIC_VALUE, 4711L, (short) 3, 17, 100L, 109L, 5,
            TimestampType.CREATE_TIME, TIME, true, false);
        buffer.flip();
        return MemoryRecords.readableRecords(buffer);
    }

    static void controlBatches(PrintStream out) throws Exception {
        for (ControlRecordType type : List.of(ControlRecordType.COMMIT, ControlRecordType.ABORT)) {
            print(out, "control " + type, MemoryRecords.withEndTransactionMarker(
                77L, TIME, 4, 4711L, (short) 3, new EndTransactionMarker(type, 12)));
        }
        LeaderChangeMessage change = new LeaderChangeMessage().setLeaderId(2)
            .setVoters(List.of(voter(1), voter(2))).setGrantingVoters(List.of(voter(2)));
        print(out, "control LEADER_CHANGE",
            MemoryRecords.withLeaderChangeMessage(0L, TIME, 9, ByteBuffer.allocate(512), change));
        print(out, "control SNAPSHOT_HEADER", MemoryRecords.withSnapshotHeaderRecord(0L, TIME, 9, ByteBuffer.allocate(512),
            new SnapshotHeaderRecord().setLastContainedLogTimestamp(TIME)));
        print(out, "control SNAPSHOT_FOOTER", MemoryRecords.withSnapshotFooterRecord(5L, TIME, 9, ByteBuffer.allocate(512),
            new SnapshotFooterRecord()));
        print(out, "control KRAFT_VERSION", MemoryRecords.withKRaftVersionRecord(5L, TIME, 9, ByteBuffer.allocate(512),
            new KRaftVersionRecord().setKRaftVersion((short) 1)));
        VotersRecord voters = new VotersRecord().setVoters(List.of(new VotersRecord.Voter().setVoterId(1)
            .setVoterDirectoryId(new Uuid(1, 2))
            .setKRaftVersionFeature(new VotersRecord.KRaftVersionFeature().setMaxSupportedVersion((short) 1))));
        print(out, "control KRAFT_VOTERS",
            MemoryRecords.withVotersRecord(5L, TIME, 9, ByteBuffer.allocate(512), voters));
    }

    static Voter voter(int id) {
        return new Voter().setVoterId(id);
    }

    static void print(PrintStream out, String name, MemoryRecords records) throws Exception {
        for (MutableRecordBatch batch : records.batches()) {
            ByteBuffer bytes = ByteBuffer.allocate(batch.sizeInBytes());
            batch.writeTo(bytes);
            ObjectNode line = JSON.createObjectNode();
            line.put("name", name);
            line.set("header", header((DefaultRecordBatch) batch));
            ArrayNode list = line.putArray("records");
            for (Record record : batch) list.add(record(record));
            line.put("hex", HexFormat.of().formatHex(bytes.array()));
            out.println(JSON.writeValueAsString(line));
        }
    }

    static ObjectNode header(DefaultRecordBatch batch) {
        ObjectNode header = JSON.createObjectNode();
        header.put("baseOffset", batch.baseOffset());
        header.put("leaderEpoch", batch.partitionLeaderEpoch());
        header.put("compression", batch.compressionType().name);
        header.put("timestampType", batch.timestampType().name);
        header.put("isTransactional", batch.isTransactional());
        header.put("isControl", batch.isControlBatch());
        if (batch.deleteHorizonMs().isPresent()) header.put("deleteHorizonMs", batch.deleteHorizonMs().getAsLong());
        else header.putNull("deleteHorizonMs");
        header.put("lastOffsetDelta", (int) (batch.lastOffset() - batch.baseOffset()));
        header.put("baseTimestamp", batch.baseTimestamp());
        header.put("maxTimestamp", batch.maxTimestamp());
        header.put("producerId", batch.producerId());
        header.put("producerEpoch", batch.producerEpoch());
        header.put("baseSequence", batch.baseSequence());
        header.put("recordCount", batch.countOrNull());
        return header;
    }

    static ObjectNode record(Record record) {
        ObjectNode node = JSON.createObjectNode();
        node.put("offset", record.offset());
        node.put("timestamp", record.timestamp());
        node.put("key", base64(record.key()));
        node.put("value", base64(record.value()));
        ArrayNode headers = node.putArray("headers");
        for (Header header : record.headers()) {
            headers.addObject().put("key", header.key())
                .put("value", header.value() == null ? null : Base64.getEncoder().encodeToString(header.value()));
        }
        return node;
    }

    static String base64(ByteBuffer bytes) {
        if (bytes == null) return null;
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return Base64.getEncoder().encodeToString(copy);
    }

    /** For every API and version the header of a request and of its response. */
    static void headers(Path path) throws Exception {
        try (PrintStream out = new PrintStream(path.toFile())) {
            for (ApiKeys api : ApiKeys.values()) {
                if (!api.hasValidVersion()) continue;
                for (short version : api.allVersions()) {
                    String clientId = version % 3 == 0 ? null : version % 3 == 1 ? "" : "prodücer-日";
                    int correlationId = api.id * 1_000_000 + version - 5;
                    RequestHeader request = new RequestHeader(api, version, clientId, correlationId);
                    ResponseHeader response = new ResponseHeader(correlationId, api.responseHeaderVersion(version));
                    ObjectNode line = JSON.createObjectNode();
                    line.put("api", api.messageType.name());
                    line.put("apiKey", api.id);
                    line.put("apiVersion", version);
                    line.put("clientId", clientId);
                    line.put("correlationId", correlationId);
                    line.put("requestHeaderVersion", api.requestHeaderVersion(version));
                    line.put("responseHeaderVersion", api.responseHeaderVersion(version));
                    line.put("request", hex(request.data(), request.headerVersion()));
                    line.put("response", hex(response.data(), response.headerVersion()));
                    out.println(JSON.writeValueAsString(line));
                }
            }
        }
    }

    static String hex(org.apache.kafka.common.protocol.ApiMessage message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(bytes), cache, version);
        return HexFormat.of().formatHex(bytes.array());
    }

    /** Snapshot files as a broker writes them: with an open transaction, a finished one, an idempotent producer, none. */
    static void producerSnapshots(Path path) throws Exception {
        try (PrintStream out = new PrintStream(path.toFile())) {
            File empty = Files.createTempDirectory("capture").toFile();
            ProducerStateManager nobody = stateManager(empty);
            nobody.updateMapEndOffset(5);
            snapshot(out, "no producers", nobody);

            ProducerStateManager manager = stateManager(Files.createTempDirectory("capture").toFile());
            append(manager, MemoryRecords.withIdempotentRecords(0L, Compression.NONE, 1000L, (short) 0, 0, 0, many()));
            append(manager, MemoryRecords.withTransactionalRecords(10L, Compression.NONE, 2000L, (short) 4, 30, 0, many()));
            append(manager, MemoryRecords.withTransactionalRecords(20L, Compression.NONE, 3000L, (short) 1, 0, 0, many()));
            append(manager, MemoryRecords.withEndTransactionMarker(
                30L, TIME + 20_000, 0, 3000L, (short) 1, new EndTransactionMarker(ControlRecordType.COMMIT, 6)));
            manager.updateMapEndOffset(31);
            snapshot(out, "three producers", manager);
        }
    }

    static ProducerStateManager stateManager(File directory) throws Exception {
        return new ProducerStateManager(new TopicPartition("orders", 0), directory, 900_000,
            new ProducerStateManagerConfig(86_400_000, false), Time.SYSTEM);
    }

    static void append(ProducerStateManager manager, MemoryRecords records) {
        for (RecordBatch batch : records.batches()) {
            ProducerAppendInfo info = manager.prepareUpdate(batch.producerId(), AppendOrigin.REPLICATION);
            info.append(batch, Optional.of(new LogOffsetMetadata(batch.baseOffset())))
                .ifPresent(transaction -> manager.completeTxn(transaction));
            manager.update(info);
        }
    }

    static void snapshot(PrintStream out, String name, ProducerStateManager manager) throws Exception {
        File file = manager.takeSnapshot(true).orElseThrow();
        byte[] bytes = Files.readAllBytes(file.toPath());
        ObjectNode line = JSON.createObjectNode();
        line.put("name", name);
        // Behind the version the file is the message.
        ByteBuffer message = ByteBuffer.wrap(bytes, 2, bytes.length - 2);
        ProducerSnapshot parsed = new ProducerSnapshot(new ByteBufferAccessor(message), (short) 1);
        line.set("json", ProducerSnapshotJsonConverter.write(parsed, (short) 1));
        line.put("hex", HexFormat.of().formatHex(bytes));
        out.println(JSON.writeValueAsString(line));
    }
}
