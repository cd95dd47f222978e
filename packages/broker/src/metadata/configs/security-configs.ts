import type { ConfigDefinition } from './config-definition.ts';
import {
  anyList,
  atLeast,
  boolean,
  javaClass,
  list,
  long,
  nonNull,
  oneOf,
  password,
  string,
} from './define-config.ts';

/** Who may do what, TLS and delegation tokens. */
export const securityConfigs: readonly ConfigDefinition[] = [
  string('authorizer.class.name', '', {
    rule: nonNull(),
    effect: 'refused',
    text: 'The class that authorises requests; empty lets everyone do everything.',
  }),
  javaClass(
    'principal.builder.class',
    'org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder',
    { scope: 'per-broker', effect: 'fixed', text: 'The class that names who is behind a connection.' },
  ),
  string('security.providers', null, { effect: 'refused', text: 'Java security providers to install.' }),
  long('connections.max.reauth.ms', '0', {
    effect: 'fixed',
    text: 'Time after which a logged-in connection must log in again; 0 never asks.',
  }),
  long('delegation.token.expiry.check.interval.ms', '3600000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'How often expired delegation tokens are removed.',
  }),
  long('delegation.token.expiry.time.ms', '86400000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'How long a delegation token is valid before it is renewed.',
  }),
  long('delegation.token.max.lifetime.ms', '604800000', {
    rule: atLeast(1),
    effect: 'refused',
    text: 'How long a delegation token can be renewed at all.',
  }),
  password('delegation.token.secret.key', null, {
    effect: 'refused',
    text: 'The key that signs delegation tokens.',
  }),
  boolean('ssl.allow.dn.changes', 'false', {
    effect: 'refused',
    text: 'A new key store may carry another distinguished name.',
  }),
  boolean('ssl.allow.san.changes', 'false', {
    effect: 'refused',
    text: 'A new key store may carry other host names.',
  }),
  list('ssl.cipher.suites', '', {
    rule: anyList(),
    scope: 'per-broker',
    effect: 'refused',
    text: "Cipher suites on offer; empty takes the platform's.",
  }),
  string('ssl.client.auth', 'none', {
    rule: oneOf('required', 'requested', 'none'),
    scope: 'per-broker',
    effect: 'refused',
    text: 'Whether clients must show a certificate.',
  }),
  list('ssl.enabled.protocols', 'TLSv1.2,TLSv1.3', {
    rule: anyList(),
    scope: 'per-broker',
    effect: 'refused',
    text: 'TLS versions on offer.',
  }),
  string('ssl.endpoint.identification.algorithm', 'https', {
    scope: 'per-broker',
    effect: 'refused',
    text: "How a server's host name is checked against its certificate.",
  }),
  javaClass('ssl.engine.factory.class', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: 'The Java class that makes TLS engines.',
  }),
  password('ssl.key.password', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: 'Password of the private key.',
  }),
  string('ssl.keymanager.algorithm', 'SunX509', {
    scope: 'per-broker',
    effect: 'refused',
    text: "Java's name of the key manager.",
  }),
  password('ssl.keystore.certificate.chain', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: 'The certificate chain as PEM text.',
  }),
  password('ssl.keystore.key', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: 'The private key as PEM text.',
  }),
  string('ssl.keystore.location', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: 'File of the key store.',
  }),
  password('ssl.keystore.password', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: 'Password of the key store.',
  }),
  string('ssl.keystore.type', 'JKS', {
    scope: 'per-broker',
    effect: 'refused',
    text: 'Format of the key store.',
  }),
  string('ssl.principal.mapping.rules', 'DEFAULT', {
    effect: 'refused',
    text: "Rules that make a user name of a certificate's distinguished name.",
  }),
  string('ssl.protocol', 'TLSv1.3', {
    scope: 'per-broker',
    effect: 'refused',
    text: 'TLS version preferred.',
  }),
  string('ssl.provider', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: "Java's name of the TLS provider.",
  }),
  string('ssl.secure.random.implementation', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: "Java's name of the random generator for TLS.",
  }),
  string('ssl.trustmanager.algorithm', 'PKIX', {
    scope: 'per-broker',
    effect: 'refused',
    text: "Java's name of the trust manager.",
  }),
  password('ssl.truststore.certificates', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: 'Trusted certificates as PEM text.',
  }),
  string('ssl.truststore.location', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: 'File of the trust store.',
  }),
  password('ssl.truststore.password', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: 'Password of the trust store.',
  }),
  string('ssl.truststore.type', 'JKS', {
    scope: 'per-broker',
    effect: 'refused',
    text: 'Format of the trust store.',
  }),
];
