/** What a member asks for under one assignor's name; opaque unless the group's type is `consumer`. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

export function sameProtocols(a: readonly MemberProtocol[], b: readonly MemberProtocol[]): boolean {
  return (
    a.length === b.length &&
    a.every((protocol, index) => {
      const other = b[index];
      return (
        other !== undefined && other.name === protocol.name && sameBytes(protocol.metadata, other.metadata)
      );
    })
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
