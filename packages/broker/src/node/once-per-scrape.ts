/**
 * A scrape asks for each number in turn, all in one go: what several of them are taken from is looked at for the first
 * and thrown away when the scrape is done.
 */
export function oncePerScrape<Seen>(look: () => Seen): () => Seen {
  let seen: { readonly value: Seen } | null = null;
  return () => {
    if (seen === null) {
      seen = { value: look() };
      queueMicrotask(() => {
        seen = null;
      });
    }
    return seen.value;
  };
}
