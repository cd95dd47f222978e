import { ConfigResourceType } from '../metadata/config-resource.ts';
import type { NodeConfigs } from '../metadata/configs/broker-config-layers.ts';
import { configTypeCode } from '../metadata/configs/config-definition.ts';
import {
  type ConfigDescription,
  describeBrokerConfigs,
  describeClientMetricsConfigs,
  describeClusterDefaults,
  describeGroupConfigs,
  describeTopicConfigs,
} from '../metadata/configs/describe-configs.ts';
import { invalidTopicName } from '../metadata/topic-name.ts';
import { ErrorCode, errorOf } from '../protocol/errors.ts';
import type { Decoded, Encodable } from '../protocol/message.ts';
import { describeConfigsRequest } from '../protocol/messages/describe-configs-request.ts';
import { describeConfigsResponse } from '../protocol/messages/describe-configs-response.ts';
import { AclOperation, type Authorizer } from '../security/authorizer.ts';
import { configAuthorizationError, isConfigResourceType } from './config-authorization.ts';
import type { Handler } from './handler.ts';

export interface DescribeConfigsNeeds {
  /** This node's configs over the image that clients are answered from. */
  readonly node: () => NodeConfigs;
  readonly authorizer: Authorizer;
}

type DescribeConfigsRequest = Decoded<typeof describeConfigsRequest>;
type DescribeConfigsResponse = Encodable<typeof describeConfigsResponse>;
type DescribedResource = NonNullable<DescribeConfigsResponse['results']>[number];
type DescribedConfig = NonNullable<DescribedResource['configs']>[number];
type AskedResource = DescribeConfigsRequest['resources'][number];

/**
 * DescribeConfigs (key 32), versions 1–4: every config of a topic, a broker (only this one; without a name what was
 * set for all), a group or a client metrics subscription, with source and, when asked for, synonyms and (3) our own
 * documentation. There are no loggers to describe.
 */
export function describeConfigsHandler(
  needs: DescribeConfigsNeeds,
): Handler<typeof describeConfigsRequest, typeof describeConfigsResponse> {
  return {
    request: describeConfigsRequest,
    response: describeConfigsResponse,
    handle(request, { principal }) {
      if (request.resources.some(({ resourceType }) => !isConfigResourceType(resourceType))) {
        return refused(ErrorCode.INVALID_REQUEST, request);
      }
      const node = needs.node();
      return {
        results: request.resources.map((resource) => {
          const denied = configAuthorizationError(needs.authorizer, principal, {
            type: resource.resourceType,
            name: resource.resourceName,
            operation: AclOperation.DESCRIBE_CONFIGS,
          });
          if (denied !== null) return failed(resource, denied, errorOf(denied).message);
          return describe(node, resource, request);
        }),
      };
    },
    refuse: refused,
  };
}

function refused(errorCode: number, request: DescribeConfigsRequest): DescribeConfigsResponse {
  const { message } = errorOf(errorCode);
  return { results: request.resources.map((resource) => failed(resource, errorCode, message)) };
}

function failed(resource: AskedResource, errorCode: number, errorMessage: string | null): DescribedResource {
  const { resourceName, resourceType } = resource;
  return { errorCode, errorMessage, resourceName, resourceType, configs: [] };
}

type Descriptions =
  | { readonly kind: 'described'; readonly configs: readonly ConfigDescription[] }
  | { readonly kind: 'refused'; readonly errorCode: number; readonly message: string };

function describe(
  node: NodeConfigs,
  resource: AskedResource,
  request: DescribeConfigsRequest,
): DescribedResource {
  const { resourceName, resourceType, configurationKeys } = resource;
  const descriptions = descriptionsOf(node, resource);
  if (descriptions.kind === 'refused') {
    return failed(resource, descriptions.errorCode, descriptions.message);
  }
  const wanted =
    configurationKeys === null || configurationKeys.length === 0 ? null : new Set(configurationKeys);
  const configs = descriptions.configs
    .filter(({ definition }) => wanted?.has(definition.name) ?? true)
    .map((description) => shape(description, request));
  return { errorCode: ErrorCode.NONE, resourceName, resourceType, configs };
}

function descriptionsOf(node: NodeConfigs, { resourceName, resourceType }: AskedResource): Descriptions {
  switch (resourceType) {
    case ConfigResourceType.TOPIC:
      return describeTopic(node, resourceName);
    case ConfigResourceType.BROKER:
      return describeBroker(node, resourceName);
    case ConfigResourceType.BROKER_LOGGER:
      return describeLoggers(node, resourceName);
    case ConfigResourceType.GROUP:
      return resourceName === ''
        ? invalidRequest('Group name must not be empty')
        : { kind: 'described', configs: describeGroupConfigs(resourceName, node) };
    default:
      return resourceName === ''
        ? invalidRequest('Client metrics subscription name must not be empty')
        : { kind: 'described', configs: describeClientMetricsConfigs(resourceName, node) };
  }
}

function describeTopic(node: NodeConfigs, topic: string): Descriptions {
  const invalidName = invalidTopicName(topic);
  if (invalidName !== null) {
    return { kind: 'refused', errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, message: invalidName };
  }
  return node.image.topicsByName.has(topic)
    ? { kind: 'described', configs: describeTopicConfigs(topic, node) }
    : { kind: 'refused', errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message: '' };
}

function describeBroker(node: NodeConfigs, name: string): Descriptions {
  if (name === '') return { kind: 'described', configs: describeClusterDefaults(node) };
  if (!isInteger(name)) return invalidRequest(`Broker id must be an integer, but it is: ${name}`);
  return Number(name) === node.nodeId
    ? { kind: 'described', configs: describeBrokerConfigs(node) }
    : invalidRequest(`Unexpected broker id, expected ${node.nodeId} or empty string, but received ${name}`);
}

function describeLoggers(node: NodeConfigs, name: string): Descriptions {
  if (name === '') return invalidRequest('Broker id must not be empty');
  if (!isInteger(name)) return invalidRequest(`Broker id must be an integer, but it is: ${name}`);
  return Number(name) === node.nodeId
    ? { kind: 'described', configs: [] }
    : invalidRequest(`Unexpected broker id, expected ${node.nodeId} but received ${name}`);
}

function invalidRequest(message: string): Descriptions {
  return { kind: 'refused', errorCode: ErrorCode.INVALID_REQUEST, message };
}

function isInteger(text: string): boolean {
  return /^[+-]?[0-9]+$/.test(text);
}

function shape(
  description: ConfigDescription,
  { includeDocumentation, includeSynonyms }: DescribeConfigsRequest,
): DescribedConfig {
  const { definition, value, source, isReadOnly, isSensitive, synonyms } = description;
  return {
    name: definition.name,
    value,
    readOnly: isReadOnly,
    configSource: source,
    isSensitive,
    synonyms: includeSynonyms ? synonyms : [],
    configType: configTypeCode(definition.type),
    documentation: includeDocumentation ? definition.text : null,
  };
}
