/** Kafka's ConfigResource types as they travel in requests and metadata records. */
export const ConfigResourceType = {
  TOPIC: 2,
  BROKER: 4,
  BROKER_LOGGER: 8,
  CLIENT_METRICS: 16,
  GROUP: 32,
} as const;

/** What a config belongs to. The broker resource without a name stands for all brokers. */
export interface ConfigResource {
  readonly type: number;
  readonly name: string;
}

/** A resource as one string, to key maps and sets by. */
export type ConfigResourceKey = `${number}:${string}`;

export function configResourceKey(type: number, name: string): ConfigResourceKey {
  return `${type}:${name}`;
}

export function parseConfigResourceKey(key: ConfigResourceKey): ConfigResource {
  const colon = key.indexOf(':');
  return { type: Number(key.slice(0, colon)), name: key.slice(colon + 1) };
}
