import type { CleanerSettings } from '../log/cleaner-settings.ts';
import { LogCleaner } from '../log/log-cleaner.ts';
import type { LogDirectory } from '../log/log-directory.ts';
import type { ConfigValues } from '../metadata/configs/config-values.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataSubscriber } from '../metadata/metadata-publisher.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** The cleaner of a broker's log directories; it follows the broker's configs. */
export class BrokerCleaner implements MetadataSubscriber {
  readonly #cleaner: LogCleaner;
  readonly #configsOf: (image: MetadataImage) => ConfigValues;

  constructor(
    runtime: Runtime,
    directories: readonly LogDirectory[],
    configs: { start: ConfigValues; of: (image: MetadataImage) => ConfigValues },
  ) {
    this.#cleaner = new LogCleaner(runtime, directories, settingsFrom(configs.start));
    this.#configsOf = configs.of;
  }

  onMetadata(...[delta, image]: Parameters<MetadataSubscriber['onMetadata']>): void {
    if (delta.changedConfigs.size > 0) this.#cleaner.changeSettings(settingsFrom(this.#configsOf(image)));
  }

  /** Begins to clean. To be called when all logs are open. */
  start(): void {
    this.#cleaner.start();
  }

  close(): Promise<void> {
    return this.#cleaner.close();
  }
}

function settingsFrom(values: ConfigValues): CleanerSettings {
  return {
    isEnabled: values.boolean('log.cleaner.enable'),
    threads: values.number('log.cleaner.threads'),
    dedupeBytes: values.number('log.cleaner.dedupe.buffer.size'),
    dedupeLoadFactor: values.number('log.cleaner.io.buffer.load.factor'),
    ioBufferBytes: values.number('log.cleaner.io.buffer.size'),
    ioBytesPerSecond: values.number('log.cleaner.io.max.bytes.per.second'),
    backoffMs: values.number('log.cleaner.backoff.ms'),
  };
}
