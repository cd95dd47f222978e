import type { ConfigDefinition } from './config-definition.ts';
import {
  anyList,
  between,
  boolean,
  double,
  int,
  javaClass,
  list,
  long,
  oneOfIgnoringCase,
  password,
  short,
  string,
} from './define-config.ts';

/** Logging in by SASL. */
export const saslConfigs: readonly ConfigDefinition[] = [
  list('sasl.enabled.mechanisms', 'GSSAPI', {
    rule: anyList(),
    scope: 'per-broker',
    effect: 'refused',
    text: 'SASL mechanisms on offer.',
  }),
  string('sasl.mechanism.controller.protocol', 'GSSAPI', {
    effect: 'refused',
    text: 'SASL mechanism towards controllers.',
  }),
  string('sasl.mechanism.inter.broker.protocol', 'GSSAPI', {
    scope: 'per-broker',
    effect: 'refused',
    text: 'SASL mechanism between brokers.',
  }),
  password('sasl.jaas.config', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: "Log-in settings in Java's JAAS form.",
  }),
  javaClass('sasl.client.callback.handler.class', null, {
    effect: 'refused',
    text: 'The Java class that answers for this node as a client.',
  }),
  javaClass('sasl.login.callback.handler.class', null, {
    effect: 'refused',
    text: 'The Java class that answers log-in questions.',
  }),
  javaClass('sasl.login.class', null, { effect: 'refused', text: 'The Java class that logs in.' }),
  int('sasl.login.connect.timeout.ms', null, {
    effect: 'refused',
    text: 'How long a connection to the identity provider may take to open.',
  }),
  int('sasl.login.read.timeout.ms', null, {
    effect: 'refused',
    text: 'How long an answer of the identity provider may take.',
  }),
  short('sasl.login.refresh.buffer.seconds', '300', {
    scope: 'per-broker',
    effect: 'refused',
    text: 'Time before expiry that a token refresh keeps free.',
  }),
  short('sasl.login.refresh.min.period.seconds', '60', {
    scope: 'per-broker',
    effect: 'refused',
    text: 'Shortest time between two token refreshes.',
  }),
  double('sasl.login.refresh.window.factor', '0.8', {
    scope: 'per-broker',
    effect: 'refused',
    text: "Share of a token's life after which it is refreshed.",
  }),
  double('sasl.login.refresh.window.jitter', '0.05', {
    scope: 'per-broker',
    effect: 'refused',
    text: 'How much chance is mixed into that moment.',
  }),
  long('sasl.login.retry.backoff.max.ms', '10000', {
    effect: 'refused',
    text: 'Longest pause between two attempts at the identity provider.',
  }),
  long('sasl.login.retry.backoff.ms', '100', {
    effect: 'refused',
    text: 'First pause between two attempts at the identity provider.',
  }),
  javaClass('sasl.server.callback.handler.class', null, {
    effect: 'refused',
    text: 'The Java class that checks log-ins.',
  }),
  int('sasl.server.max.receive.size', '524288', { effect: 'refused', text: 'Largest log-in message taken.' }),
  string('sasl.kerberos.kinit.cmd', '/usr/bin/kinit', {
    scope: 'per-broker',
    effect: 'refused',
    text: "Path of Kerberos' kinit.",
  }),
  long('sasl.kerberos.min.time.before.relogin', '60000', {
    scope: 'per-broker',
    effect: 'refused',
    text: 'Shortest time between two Kerberos log-ins.',
  }),
  list('sasl.kerberos.principal.to.local.rules', 'DEFAULT', {
    rule: anyList(),
    scope: 'per-broker',
    effect: 'refused',
    text: 'Rules that make a user name of a Kerberos principal.',
  }),
  string('sasl.kerberos.service.name', null, {
    scope: 'per-broker',
    effect: 'refused',
    text: 'The Kerberos service this broker is.',
  }),
  double('sasl.kerberos.ticket.renew.jitter', '0.05', {
    scope: 'per-broker',
    effect: 'refused',
    text: 'How much chance is mixed into the moment of ticket renewal.',
  }),
  double('sasl.kerberos.ticket.renew.window.factor', '0.8', {
    scope: 'per-broker',
    effect: 'refused',
    text: "Share of a ticket's life after which it is renewed.",
  }),
  string('sasl.oauthbearer.assertion.algorithm', 'RS256', {
    rule: oneOfIgnoringCase('ES256', 'RS256'),
    effect: 'refused',
    text: 'Algorithm that signs the assertion sent to the identity provider.',
  }),
  string('sasl.oauthbearer.assertion.claim.aud', null, {
    effect: 'refused',
    text: 'Audience named in the assertion.',
  }),
  int('sasl.oauthbearer.assertion.claim.exp.seconds', '300', {
    rule: between(0, 86400),
    effect: 'refused',
    text: 'How long the assertion is valid.',
  }),
  string('sasl.oauthbearer.assertion.claim.iss', null, {
    effect: 'refused',
    text: 'Issuer named in the assertion.',
  }),
  boolean('sasl.oauthbearer.assertion.claim.jti.include', 'false', {
    effect: 'refused',
    text: 'The assertion carries an id of its own.',
  }),
  int('sasl.oauthbearer.assertion.claim.nbf.seconds', '60', {
    rule: between(0, 3600),
    effect: 'refused',
    text: "How far back the assertion's validity begins.",
  }),
  string('sasl.oauthbearer.assertion.claim.sub', null, {
    effect: 'refused',
    text: 'Subject named in the assertion.',
  }),
  string('sasl.oauthbearer.assertion.file', null, { effect: 'refused', text: 'File of a ready assertion.' }),
  string('sasl.oauthbearer.assertion.private.key.file', null, {
    effect: 'refused',
    text: 'File of the key that signs assertions.',
  }),
  password('sasl.oauthbearer.assertion.private.key.passphrase', null, {
    effect: 'refused',
    text: 'Passphrase of that key.',
  }),
  string('sasl.oauthbearer.assertion.template.file', null, {
    effect: 'refused',
    text: 'File with further parts of the assertion.',
  }),
  string('sasl.oauthbearer.client.credentials.client.id', null, {
    effect: 'refused',
    text: 'Client id for the identity provider.',
  }),
  password('sasl.oauthbearer.client.credentials.client.secret', null, {
    effect: 'refused',
    text: 'Client secret for the identity provider.',
  }),
  int('sasl.oauthbearer.clock.skew.seconds', '30', {
    effect: 'refused',
    text: 'How far the clocks of broker and identity provider may differ.',
  }),
  list('sasl.oauthbearer.expected.audience', '', {
    rule: anyList(),
    effect: 'refused',
    text: 'Audiences a token must name.',
  }),
  string('sasl.oauthbearer.expected.issuer', null, { effect: 'refused', text: 'Issuer a token must name.' }),
  long('sasl.oauthbearer.jwks.endpoint.refresh.ms', '3600000', {
    effect: 'refused',
    text: 'How often the signing keys are fetched.',
  }),
  long('sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms', '10000', {
    effect: 'refused',
    text: 'Longest pause between two attempts to fetch the keys.',
  }),
  long('sasl.oauthbearer.jwks.endpoint.retry.backoff.ms', '100', {
    effect: 'refused',
    text: 'First pause between two attempts to fetch the keys.',
  }),
  string('sasl.oauthbearer.jwks.endpoint.url', null, {
    effect: 'refused',
    text: 'Where the signing keys are fetched.',
  }),
  javaClass(
    'sasl.oauthbearer.jwt.retriever.class',
    'org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever',
    { effect: 'refused', text: 'The Java class that fetches tokens.' },
  ),
  javaClass(
    'sasl.oauthbearer.jwt.validator.class',
    'org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator',
    { effect: 'refused', text: 'The Java class that checks tokens.' },
  ),
  string('sasl.oauthbearer.scope', null, {
    effect: 'refused',
    text: 'Scope asked of the identity provider.',
  }),
  string('sasl.oauthbearer.scope.claim.name', 'scope', {
    effect: 'refused',
    text: "Claim that holds a token's scope.",
  }),
  string('sasl.oauthbearer.sub.claim.name', 'sub', {
    effect: 'refused',
    text: "Claim that holds a token's subject.",
  }),
  string('sasl.oauthbearer.token.endpoint.url', null, {
    effect: 'refused',
    text: 'Where tokens are fetched.',
  }),
];
