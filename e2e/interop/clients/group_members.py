"""Members of groups in librdkafka, told what to do and telling what happens as GroupMembers.java does; none is removed."""

import sys
import threading
import time

from confluent_kafka import Consumer, KafkaException, TopicPartition

speaking = threading.Lock()
members = {}


def say(*words):
    with speaking:
        sys.stdout.write(" ".join(str(word) for word in words + (int(time.time() * 1000),)) + "\n")
        sys.stdout.flush()


class Member:
    def __init__(self, name, topic, commits, configs):
        self.name = name
        self.topic = topic
        self.commits = commits
        self.owned = set()
        self.is_leaving = False
        self.consumer = Consumer(configs)
        self.thread = threading.Thread(target=self.run, name=name)
        say("ready", name)

    def go(self):
        if self.thread.ident is None:
            self.thread.start()

    def leave(self):
        self.is_leaving = True
        self.go()

    def run(self):
        try:
            self.consumer.subscribe([self.topic], on_assign=self.assigned, on_revoke=self.revoked, on_lost=self.revoked)
            while not self.is_leaving:
                self.take(self.consumer.consume(50, 0.1))
        except KafkaException as failure:
            say("failed", self.name, failure.args[0].name())
        self.consumer.close()
        say("closed", self.name)

    def take(self, messages):
        taken = {}
        for message in messages:
            if message.error():
                # It goes on by itself, unless the error says that it cannot.
                if message.error().fatal():
                    raise KafkaException(message.error())
                continue
            first, _ = taken.get(message.partition(), (message.offset(), None))
            taken[message.partition()] = (first, message.offset())
        if not self.commits or not taken:
            return
        for partition, (first, last) in taken.items():
            say("read", self.name, partition, first, last)
        offsets = [TopicPartition(self.topic, partition, last + 1) for partition, (_, last) in taken.items()]
        try:
            done = self.consumer.commit(offsets=offsets, asynchronous=False)
        except KafkaException:
            # Whoever owns them now reads them again.
            return
        for offset in done:
            if offset.error is None:
                say("committed", self.name, offset.partition, offset.offset)

    def assigned(self, _, partitions):
        self.owned.update(each.partition for each in partitions)
        self.tell()

    def revoked(self, _, partitions):
        self.owned.difference_update(each.partition for each in partitions)
        self.tell()

    def tell(self):
        # Its generation, or epoch, is librdkafka's own affair.
        say("owns", self.name, -1, ",".join(str(each) for each in sorted(self.owned)) or "-")


for line in sys.stdin:
    verb, *words = line.split()
    if verb == "open":
        name, topic, commits, *pairs = words
        configs = dict(pair.split("=", 1) for pair in pairs)
        configs["enable.auto.commit"] = "false"
        members[name] = Member(name, topic, commits == "commit", configs)
    elif verb == "go":
        for member in members.values():
            member.go()
    elif verb == "leave":
        members[words[0]].leave()
    else:
        sys.exit("what is " + line)
for member in members.values():
    member.leave()
for member in members.values():
    member.thread.join(20)
