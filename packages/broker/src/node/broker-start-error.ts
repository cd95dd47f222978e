/** Why a broker could not start, in a sentence that says what to do. */
export class BrokerStartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BrokerStartError';
  }
}
