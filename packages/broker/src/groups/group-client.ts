/** Who sends a request to a group, as groups remember and describe their members. */
export interface GroupClient {
  readonly clientId: string;
  /** The client's address as Kafka prints it: `/127.0.0.1`. */
  readonly clientHost: string;
  readonly apiVersion: number;
}
