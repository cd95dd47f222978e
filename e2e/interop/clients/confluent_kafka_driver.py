"""librdkafka through confluent-kafka: the newest from PyPI and Debian's old one both run this file."""

import time

import confluent_kafka
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from json_lines import serve


def version():
    own = confluent_kafka.version()  # a text since 2.x, a pair before
    return "{} (librdkafka {})".format(own if isinstance(own, str) else own[0], confluent_kafka.libversion()[0])


def create_topic(bootstrap, topic, partitions):
    admin = AdminClient({"bootstrap.servers": bootstrap})
    admin.create_topics([NewTopic(topic, partitions, 1)])[topic].result(15)


def produce(bootstrap, topic, codec, records, idempotent=False):
    failures = []
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "compression.codec": codec,
            "linger.ms": 20,
            "enable.idempotence": idempotent,
        }
    )
    for record in records:
        producer.produce(
            topic,
            key=record["key"],
            value=record["value"],
            headers=[(name, value.encode()) for name, value in record.get("headers", {}).items()],
            on_delivery=lambda error, _: failures.append(str(error)) if error else None,
        )
    left = producer.flush(20)
    if failures or left:
        raise RuntimeError("not delivered: {} left, {}".format(left, failures[:3]))


def consume(bootstrap, topic, group, count, timeout_seconds=30):
    """Reads `count` records as a member of the group, commits exactly those, and leaves."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    records = []
    next_offsets = {}
    try:
        consumer.subscribe([topic])
        deadline = time.monotonic() + timeout_seconds
        while len(records) < count and time.monotonic() < deadline:
            message = consumer.poll(0.5)
            if message is None:
                continue
            if message.error():
                raise KafkaException(message.error())
            next_offsets[message.partition()] = message.offset() + 1
            records.append(record_of(message))
        offsets = [TopicPartition(topic, partition, offset) for partition, offset in next_offsets.items()]
        if offsets:
            consumer.commit(offsets=offsets, asynchronous=False)
    finally:
        consumer.close()
    return records


def record_of(message):
    return {
        "partition": message.partition(),
        "offset": message.offset(),
        "key": None if message.key() is None else message.key().decode(),
        "value": None if message.value() is None else message.value().decode(),
        "headers": {name: value.decode() for name, value in message.headers() or []},
    }


def init_transactions(bootstrap, transactional_id):
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id})
    try:
        producer.init_transactions(20)
    except KafkaException as failure:
        error = failure.args[0]
        return {"error": error.name(), "retriable": error.retriable(), "fatal": error.fatal()}
    return {"error": None}


serve(
    {
        "version": version,
        "createTopic": create_topic,
        "produce": produce,
        "consume": consume,
        "initTransactions": init_transactions,
    }
)
