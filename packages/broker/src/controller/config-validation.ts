import { type ConfigResource, ConfigResourceType } from '../metadata/config-resource.ts';
import { brokerConfigLayers, CLUSTER_DEFAULT } from '../metadata/configs/broker-config-layers.ts';
import { brokenBrokerRules } from '../metadata/configs/broker-config-rules.ts';
import type { ConfigDefinition, ConfigScope } from '../metadata/configs/config-definition.ts';
import { valueWithoutEffect } from '../metadata/configs/config-effect.ts';
import { ConfigSource } from '../metadata/configs/config-source.ts';
import { ConfigValues } from '../metadata/configs/config-values.ts';
import { brokerConfigs, clientMetricsConfigs, groupConfigs } from '../metadata/configs/known-configs.ts';
import { parseConfigValue } from '../metadata/configs/parse-value.ts';
import { invalidTopicConfigs } from '../metadata/configs/topic-config-rules.ts';
import { invalidTopicName } from '../metadata/topic-name.ts';
import { ErrorCode } from '../protocol/errors.ts';
import type { ApiError, ControllerView } from './decision.ts';
import { brokenGroupRules } from './group-config-rules.ts';

const VALUE_LENGTH_MAX = 32_767;

/** Why a resource of this type and name cannot have configs at all; null when it can. */
export function invalidResource({ type, name }: ConfigResource): ApiError | null {
  switch (type) {
    case ConfigResourceType.TOPIC: {
      if (name === '') return invalidRequest('Default topic resources are not allowed.');
      const invalidName = invalidTopicName(name);
      return invalidName === null
        ? null
        : { errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, errorMessage: invalidName };
    }
    case ConfigResourceType.BROKER:
      if (name !== CLUSTER_DEFAULT && !/^[+-]?[0-9]+$/.test(name)) {
        return invalidRequest('Unable to parse broker name as a base 10 number.');
      }
      return Number(name) < 0 ? invalidRequest('Invalid negative broker ID.') : null;
    case ConfigResourceType.GROUP:
      return name === '' ? invalidRequest('Default group resources are not allowed.') : null;
    case ConfigResourceType.CLIENT_METRICS:
      return name === '' ? invalidRequest("Subscription name can't be empty") : null;
    default:
      return invalidRequest(`Unknown resource type ${type}`);
  }
}

/** Why the resource does not exist; null when it does, or when it need not. */
export function missingResource(view: ControllerView, { type, name }: ConfigResource): ApiError | null {
  if (type === ConfigResourceType.TOPIC && !view.image.topicsByName.has(name)) {
    return {
      errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      errorMessage: `The topic '${name}' does not exist.`,
    };
  }
  if (
    type === ConfigResourceType.BROKER &&
    name !== CLUSTER_DEFAULT &&
    !view.image.brokers.has(Number(name))
  ) {
    return {
      errorCode: ErrorCode.BROKER_ID_NOT_REGISTERED,
      errorMessage: `No node with id ${Number(name)} found.`,
    };
  }
  return null;
}

/** Why the resource cannot have exactly these configs; null when it can. */
export function invalidConfigs(
  view: ControllerView,
  resource: ConfigResource,
  configs: ReadonlyMap<string, string>,
): ApiError | null {
  for (const value of configs.values()) {
    if (value.length > VALUE_LENGTH_MAX) {
      return invalidConfig(
        `The configuration value cannot be added because it exceeds the maximum value size of ${VALUE_LENGTH_MAX} bytes.`,
      );
    }
  }
  switch (resource.type) {
    case ConfigResourceType.TOPIC:
      return asInvalidConfig(invalidTopicConfigs(configs));
    case ConfigResourceType.BROKER:
      return invalidBrokerConfigs(view, resource.name, configs);
    case ConfigResourceType.GROUP:
      return asInvalidConfig(
        invalidPlainConfigs(groupConfigs, configs, 'Unknown group config name: ') ??
          brokenGroupRules(configs, valuesOf(view)),
      );
    default:
      return asInvalidConfig(
        invalidPlainConfigs(clientMetricsConfigs, configs, 'Unknown client metrics configuration: '),
      );
  }
}

function invalidPlainConfigs(
  definitions: ReadonlyMap<string, ConfigDefinition>,
  configs: ReadonlyMap<string, string>,
  unknown: string,
): string | null {
  for (const [name, text] of configs) {
    const definition = definitions.get(name);
    if (definition === undefined) return `${unknown}${name}`;
    const outcome = parseConfigValue(definition, text);
    if (outcome.kind === 'invalid') return outcome.message;
    const ignored = valueWithoutEffect(definition, outcome.value);
    if (ignored !== null) return ignored;
  }
  return null;
}

/**
 * A broker's dynamic configs. As in Kafka a value that a broker cannot take is INVALID_REQUEST here and not
 * INVALID_CONFIG; a name that Kafka would store without knowing it is refused.
 */
function invalidBrokerConfigs(
  view: ControllerView,
  brokerName: string,
  configs: ReadonlyMap<string, string>,
): ApiError | null {
  const unknown = [...configs.keys()].find((name) => !brokerConfigs.has(name));
  if (unknown !== undefined) return invalidConfig(`Unknown broker config name: ${unknown}`);
  const readOnly = namesOfScope(configs, 'read-only');
  if (readOnly.length > 0) {
    return invalidRequest(`Cannot update these configs dynamically: [${readOnly.join(', ')}]`);
  }
  const perBroker = namesOfScope(configs, 'per-broker');
  if (brokerName === CLUSTER_DEFAULT && perBroker.length > 0) {
    return invalidRequest(
      `Cannot update these configs at default cluster level, broker id must be specified: [${perBroker.join(', ')}]`,
    );
  }
  for (const [name, text] of configs) {
    const definition = brokerConfigs.get(name);
    if (definition === undefined) continue;
    const outcome = parseConfigValue(definition, text);
    if (outcome.kind === 'invalid') return invalidRequest(outcome.message);
    const ignored = valueWithoutEffect(definition, outcome.value);
    if (ignored !== null) return invalidConfig(ignored);
  }
  const [broken] = brokenBrokerRules(valuesAfter(view, brokerName, configs));
  return broken === undefined ? null : invalidRequest(broken.message);
}

function namesOfScope(configs: ReadonlyMap<string, string>, scope: ConfigScope): string[] {
  return [...configs.keys()].filter((name) => brokerConfigs.get(name)?.scope === scope);
}

/** This node's effective configs if the resource had the given ones. */
function valuesAfter(
  view: ControllerView,
  brokerName: string,
  configs: ReadonlyMap<string, string>,
): ConfigValues {
  const replaced =
    brokerName === CLUSTER_DEFAULT
      ? ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG
      : ConfigSource.DYNAMIC_BROKER_CONFIG;
  return new ConfigValues(
    brokerConfigs,
    brokerConfigLayers(view).map(({ source, values }) => (source === replaced ? configs : values)),
  );
}

/** This node's effective configs. */
function valuesOf(view: ControllerView): ConfigValues {
  return new ConfigValues(
    brokerConfigs,
    brokerConfigLayers(view).map(({ values }) => values),
  );
}

function asInvalidConfig(message: string | null): ApiError | null {
  return message === null ? null : invalidConfig(message);
}

function invalidConfig(errorMessage: string): ApiError {
  return { errorCode: ErrorCode.INVALID_CONFIG, errorMessage };
}

function invalidRequest(errorMessage: string): ApiError {
  return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage };
}
