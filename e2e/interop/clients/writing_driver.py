"""librdkafka as a writer: says what was acknowledged, one JSON line per record, until SIGTERM or its input ends."""

import json
import signal
import sys
import threading

from confluent_kafka import Producer

bootstrap, topic, idempotent, start = sys.argv[1], sys.argv[2], sys.argv[3] == "idempotent", int(sys.argv[4])
ended = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ended.set())
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()


def told(value):
    def on_delivery(error, message):
        # What failed may or may not be in the log: nothing was promised, and nothing is said.
        if error is None:
            print(json.dumps({"name": "producer_send_success", "value": value, "offset": message.offset()}), flush=True)

    return on_delivery


producer = Producer(
    {
        "bootstrap.servers": bootstrap,
        "acks": "all" if idempotent else "1",
        "enable.idempotence": idempotent,
        "max.in.flight.requests.per.connection": 5 if idempotent else 1,
        "linger.ms": 2,
        "reconnect.backoff.ms": 10,
        "reconnect.backoff.max.ms": 50,
        "retry.backoff.ms": 20,
        "message.timeout.ms": 60000,
    }
)
number = start
while not ended.is_set():
    for _ in range(10):
        producer.produce(topic, value=str(number), partition=0, on_delivery=told(str(number)))
        number += 1
    producer.poll(0.005)
producer.flush(30)
