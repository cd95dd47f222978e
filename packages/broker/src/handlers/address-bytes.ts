const IPV4_BYTES = 4;
const IPV6_BYTES = 16;
const IPV6_GROUPS = 8;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An IP address as Java writes it, four bytes or sixteen; of IPv4 where nothing can be made of the text. */
export function addressBytes(host: string): Uint8Array {
  const text = MAPPED_IPV4.exec(host)?.[1] ?? host;
  if (!text.includes(':')) {
    const parts = text.split('.').map(Number);
    const isAddress = parts.length === IPV4_BYTES && parts.every((part) => part >= 0 && part <= 255);
    return isAddress ? Uint8Array.from(parts) : new Uint8Array(IPV4_BYTES);
  }
  const [head = [], tail = []] = text
    .split('%', 1)
    .flatMap((address) => address.split('::'))
    .map((half) => half.split(':').filter((group) => group !== ''));
  const groups = [...head, ...Array(IPV6_GROUPS - head.length - tail.length).fill('0'), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]));
}

/** The text of an address; null for bytes that are none. */
export function addressIn(bytes: Uint8Array): string | null {
  if (bytes.length === IPV4_BYTES) return bytes.join('.');
  if (bytes.length !== IPV6_BYTES) return null;
  const groups = Array.from({ length: IPV6_GROUPS }, (_, group) =>
    (((bytes[2 * group] ?? 0) << 8) | (bytes[2 * group + 1] ?? 0)).toString(16),
  );
  return groups.join(':');
}
