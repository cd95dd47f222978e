"""kafka-python, the pure Python client."""

import time

import kafka
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.structs import OffsetAndMetadata

from json_lines import serve


def version():
    return kafka.__version__


def create_topic(bootstrap, topic, partitions):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        admin.create_topics([NewTopic(topic, partitions, 1)])
    finally:
        admin.close()


def produce(bootstrap, topic, codec, records, idempotent=False):
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        compression_type=None if codec == "none" else codec,
        linger_ms=20,
        acks="all",
        enable_idempotence=idempotent,
    )
    try:
        sent = [
            producer.send(
                topic,
                key=None if record["key"] is None else record["key"].encode(),
                value=None if record["value"] is None else record["value"].encode(),
                headers=[(name, value.encode()) for name, value in record.get("headers", {}).items()],
            )
            for record in records
        ]
        producer.flush(20)
        for future in sent:
            future.get(20)
    finally:
        producer.close()


def consume(bootstrap, topic, group, count, timeout_seconds=30):
    """Reads `count` records as a member of the group, commits exactly those, and leaves."""
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_poll_records=1,
    )
    records = []
    next_offsets = {}
    try:
        deadline = time.monotonic() + timeout_seconds
        while len(records) < count and (left := deadline - time.monotonic()) > 0:
            # A poll that ends between the answers to JoinGroup and SyncGroup loses the assignment (3.0.12), for good.
            for batch in consumer.poll(timeout_ms=int(left * 1000) + 1).values():
                for message in batch:
                    next_offsets[TopicPartition(topic, message.partition)] = OffsetAndMetadata(
                        message.offset + 1, "", -1
                    )
                    records.append(record_of(message))
        if next_offsets:
            consumer.commit(next_offsets)
    finally:
        consumer.close(autocommit=False)
    return records


def record_of(message):
    return {
        "partition": message.partition,
        "offset": message.offset,
        "key": None if message.key is None else message.key.decode(),
        "value": None if message.value is None else message.value.decode(),
        "headers": {name: value.decode() for name, value in message.headers},
    }


serve({"version": version, "createTopic": create_topic, "produce": produce, "consume": consume})
