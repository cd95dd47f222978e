import { javaClassPath } from '../tools/workshop.mjs';
import { DriverProcess } from './driver-process.ts';

interface ToolResult {
  readonly code: number;
  readonly output: string;
}

/** Kafka's command line tools (4.3.1) in one resident JVM, which can also hold Apache Kafka itself. */
export class KafkaTools {
  readonly #driver: DriverProcess;

  /** The options of the JVM are for tools that run a moment, unless given. */
  constructor(javaOptions: readonly string[] = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']) {
    this.#driver = new DriverProcess('java', [
      // Without a file in the temporary folder that is named after the process: another one may have its number.
      ...['-Xmx768m', '-XX:-UsePerfData', ...javaOptions, '-cp', javaClassPath('kafka'), 'KafkaTools'],
    ]);
  }

  /** Runs a tool by its main class; resolves with what it printed, rejects when it ended with another code than 0. */
  async run(main: string, args: readonly string[], input = ''): Promise<string> {
    const { code, output } = await this.attempt(main, args, input);
    if (code !== 0) throw new Error(`${main} ${args.join(' ')} ended with ${code}:\n${output}`);
    return output;
  }

  /** Runs a tool that may fail; resolves with its exit code and what it printed. */
  async attempt(main: string, args: readonly string[], input = ''): Promise<ToolResult> {
    return (await this.#driver.request({ main, arguments: args, input })) as ToolResult;
  }

  /** Starts a class that goes on running (the broker) on a thread of its own. */
  async start(main: string, args: readonly string[]): Promise<void> {
    await this.#driver.request({ main, arguments: args, background: true });
  }

  /** `kafka-topics.sh`. */
  topics(args: readonly string[]): Promise<string> {
    return this.run('org.apache.kafka.tools.TopicCommand', args);
  }

  close(): Promise<void> {
    return this.#driver.close();
  }
}
