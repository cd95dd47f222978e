"""librdkafka's transactions, step by step, through confluent-kafka."""

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from json_lines import serve

PATIENCE_SECONDS = 200
producers = {}
bootstraps = {}


def open_producer(bootstrap, transactional_id):
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id, "linger.ms": 5})
    producer.init_transactions(PATIENCE_SECONDS)
    producers[transactional_id] = producer
    bootstraps[transactional_id] = bootstrap


def begin(transactional_id):
    producers[transactional_id].begin_transaction()


def send(transactional_id, topic, partition, values):
    failures = []
    producer = producers[transactional_id]
    for value in values:
        producer.produce(
            topic,
            partition=partition,
            value=value,
            on_delivery=lambda error, _: failures.append(error) if error else None,
        )
    left = producer.flush(PATIENCE_SECONDS)
    if failures:
        raise KafkaException(failures[0])
    if left:
        raise RuntimeError("{} not delivered".format(left))


def send_offset(transactional_id, group, topic, partition, offset):
    consumer = Consumer({"bootstrap.servers": bootstraps[transactional_id], "group.id": group})
    try:
        producers[transactional_id].send_offsets_to_transaction(
            [TopicPartition(topic, partition, offset)], consumer.consumer_group_metadata(), PATIENCE_SECONDS
        )
    finally:
        consumer.close()


def commit(transactional_id):
    producers[transactional_id].commit_transaction(PATIENCE_SECONDS)


def abort(transactional_id):
    producers[transactional_id].abort_transaction(PATIENCE_SECONDS)


def close(transactional_id):
    del producers[transactional_id]


def read(bootstrap, topic, partitions, isolation):
    """The values that a reader of the isolation level sees, partition by partition."""
    values = [[] for _ in range(partitions)]
    at_end = set()
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "none",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": isolation,
            "fetch.wait.max.ms": 10,
        }
    )
    try:
        consumer.assign([TopicPartition(topic, partition, 0) for partition in range(partitions)])
        while len(at_end) < partitions:
            message = consumer.poll(PATIENCE_SECONDS)
            if message is None:
                raise RuntimeError("neither a record nor the end within {} s".format(PATIENCE_SECONDS))
            if message.error() is None:
                values[message.partition()].append(message.value().decode())
            elif message.error().code() == KafkaError._PARTITION_EOF:
                at_end.add(message.partition())
            else:
                raise KafkaException(message.error())
    finally:
        consumer.close()
    return values


serve(
    {
        "open": open_producer,
        "begin": begin,
        "send": send,
        "sendOffset": send_offset,
        "commit": commit,
        "abort": abort,
        "close": close,
        "read": read,
    }
)
