import type { Content } from "../message/content.ts";

/** A content, and whether there is nothing left to read of it. */
export interface Watched {
  readonly content: Content;
  /** Whether it was read and cannot be read again. */
  readonly spent: () => boolean;
}

/**
 * Watches a content that can be read only once, so that it is not sent again when it is gone.
 *
 * @param content The content.
 * @returns The same, watched.
 */
export function watched(content: Content): Watched {
  if (!content.once) return { content, spent: () => false };
  let spent = false;
  const watch = (content: Content): Content => ({
    ...content,
    octets() {
      spent = true;
      return content.octets();
    },
    fit: content.fit && (async (offers) => watch(await content.fit!(offers))),
  });
  return { content: watch(content), spent: () => spent };
}
