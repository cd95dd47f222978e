/** Who is behind a connection, in Kafka's two parts: `User:ANONYMOUS` before anyone has authenticated. */
export interface Principal {
  readonly type: string;
  readonly name: string;
}

export const ANONYMOUS: Principal = { type: 'User', name: 'ANONYMOUS' };
