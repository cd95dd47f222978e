import type { Decoded, Encodable, MessageDeclaration } from './message.ts';

/** The port to one other node of the cluster, by its protocol. */
export interface PeerChannel {
  /**
   * Sends a request; requests of one channel are answered in their order. Never rejects. An unanswered request may
   * have been carried out all the same.
   */
  ask<Request extends MessageDeclaration, Response extends MessageDeclaration>(
    exchange: PeerExchange<Request, Response>,
  ): Promise<PeerAnswer<Response>>;
}

export interface PeerExchange<Request extends MessageDeclaration, Response extends MessageDeclaration> {
  readonly request: Request;
  readonly response: Response;
  readonly version: number;
  readonly body: Encodable<Request>;
  /** From the call to the answer, the time to connect included. */
  readonly timeoutMs: number;
}

export type PeerAnswer<Response extends MessageDeclaration> =
  | {
      readonly kind: 'answered';
      readonly body: Decoded<Response>;
      /** Gives back the memory that `body` lies in, for other answers: for whoever keeps nothing of it. */
      readonly letGo?: () => void;
    }
  /** Why there is no answer, in words for a log. */
  | { readonly kind: 'unanswered'; readonly reason: string };
