"""librdkafka as an idempotent producer of `key:value` lines, as they come, until its input ends; an empty key is none."""

import sys

from confluent_kafka import Producer

bootstrap, topic = sys.argv[1:]
failures = []
producer = Producer(
    {
        "bootstrap.servers": bootstrap,
        "enable.idempotence": True,
        "linger.ms": 5,
        "reconnect.backoff.ms": 20,
        "reconnect.backoff.max.ms": 200,
        # Where the Java clients would put the key.
        "partitioner": "murmur2_random",
    }
)
for line in iter(sys.stdin.readline, ""):
    key, value = line.rstrip("\n").split(":", 1)
    producer.produce(
        topic,
        key=key or None,
        value=value,
        on_delivery=lambda error, _: failures.append(str(error)) if error else None,
    )
    producer.poll(0)
left = producer.flush(120)
if failures or left:
    sys.exit("not delivered: {} left, {}".format(left, failures[:3]))
