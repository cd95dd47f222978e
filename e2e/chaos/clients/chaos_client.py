"""librdkafka as the client of the chaos run; what it is asked and says is as in ChaosClient.java.

It also says `x NAME MS REASON`: an error was fatal to a producer (librdkafka's INTRODUCTION.md), and the writer goes on
with another."""

import os
import sys
import threading
import time
import traceback

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition

UNACKNOWLEDGED_MAX = 2_000
TICK_SECONDS = 0.01
# Longer than message.timeout.ms.
FLUSH_SECONDS = 200
PADDING = " " * 80

input_ended = threading.Event()


def settings(bootstrap, kind):
    return {
        "bootstrap.servers": bootstrap,
        "acks": "all",
        "enable.idempotence": kind == "idempotent",
        "max.in.flight.requests.per.connection": 5 if kind == "idempotent" else 1,
        "linger.ms": 5,
        "socket.timeout.ms": 4_000,
        "request.timeout.ms": 4_000,
        "message.timeout.ms": 180_000,
        "reconnect.backoff.max.ms": 1_000,
        # What it does, on its standard error.
        **({"debug": os.environ["RDKAFKA_DEBUG"], "client.id": kind} if "RDKAFKA_DEBUG" in os.environ else {}),
    }


class Writer:
    def __init__(self, name, topic, partitions):
        self.name = name
        self.topic = topic
        self.following = [0] * partitions
        self.unacknowledged = [0] * partitions

    def run(self, bootstrap, kind, rate):
        producer = self.begin(bootstrap, kind)
        turn = 0
        owed = 0.0
        last = time.monotonic()
        while not input_ended.is_set():
            now = time.monotonic()
            owed = min(owed + rate * (now - last), rate)
            last = now
            while owed >= 1 and self.fatal is None:
                self.send(producer, turn % len(self.following))
                turn += 1
                owed -= 1
            self.unless_fatal(producer.poll, TICK_SECONDS)
            if self.fatal is not None:
                self.give_up(producer)
                producer = self.begin(bootstrap, kind)
        left = self.unless_fatal(producer.flush, FLUSH_SECONDS)
        if self.fatal is not None:
            left = self.give_up(producer)
        if left:
            raise RuntimeError("{} records of {} were never answered".format(left, self.name))

    def begin(self, bootstrap, kind):
        self.fatal = None
        return Producer(settings(bootstrap, kind))

    def unless_fatal(self, call, *args):
        try:
            return call(*args)
        except KafkaException as failure:
            if not failure.args[0].fatal():
                raise
            self.fatal = failure.args[0]

    def give_up(self, producer):
        """A producer that has met a fatal error writes nothing any more; what it was not told of is given up."""
        say("x {} {:.0f} {}".format(self.name, time.time() * 1000, self.fatal.str()))
        producer.purge()
        return self.unless_fatal(producer.flush, FLUSH_SECONDS)

    def send(self, producer, partition):
        if self.unacknowledged[partition] >= UNACKNOWLEDGED_MAX:
            return
        sequence = self.following[partition]
        self.following[partition] += 1
        self.unacknowledged[partition] += 1

        def told(error, message):
            self.unacknowledged[partition] -= 1
            place = "{} {} {}".format(self.name, partition, sequence)
            if error is None:
                say("a {} {} {:.0f}".format(place, message.offset(), time.time() * 1000))
            else:
                say("f {} {}".format(place, error.name()))

        value = str(sequence) + PADDING
        try:
            producer.produce(self.topic, key=self.name, value=value, partition=partition, on_delivery=told)
        except KafkaException as refusal:
            error = refusal.args[0]
            told(error, None)
            if error.fatal():
                self.fatal = error


said = []
saying = threading.Lock()


def say(line):
    with saying:
        said.append(line)


def flush():
    with saying:
        lines = said[:]
        said.clear()
    if lines:
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


def flush_often():
    while True:
        time.sleep(TICK_SECONDS)
        flush()


def end_with(failure):
    """A writer that ends early is a failure: else nobody would tell that its records come no more."""
    flush()
    traceback.print_exception(failure.exc_value)
    sys.stderr.flush()
    os._exit(1)


def write(bootstrap, topic, partitions, rate, *named):
    threading.excepthook = end_with
    threads = []
    for name, kind in (argument.split("=") for argument in named):
        writer = Writer(name, topic, int(partitions))
        threads.append(threading.Thread(target=writer.run, args=(bootstrap, kind, int(rate))))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def read(bootstrap, topic, partitions):
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "none is joined",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
        }
    )
    consumer.assign([TopicPartition(topic, index, OFFSET_BEGINNING) for index in range(int(partitions))])
    ended = set()
    while len(ended) < int(partitions):
        for message in consumer.consume(1000, 0.2):
            error = message.error()
            if error is None:
                value = message.value()
                sequence = value[: value.index(b" ")].decode()
                say("r {} {} {} {}".format(message.partition(), message.offset(), message.key().decode(), sequence))
            elif error.code() == KafkaError._PARTITION_EOF:
                ended.add(message.partition())
            else:
                raise SystemExit(str(error))
    consumer.close()


threading.Thread(target=lambda: (sys.stdin.read(), input_ended.set()), daemon=True).start()
threading.Thread(target=flush_often, daemon=True).start()
{"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
flush()
