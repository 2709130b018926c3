import type { ReadBodies } from "./bodies.ts";

/** The columns of a plain text that is made of HTML. RFC 5322 section 2.1.1. */
const WIDTH = 76;

/** Deepest element that is looked into. */
const MAX_DEPTH = 500;

/**
 * Makes the HTML and its plain text alternative of what is there.
 *
 * @param bodies The bodies: HTML or Markdown, and perhaps a text, which if empty is left out.
 * @returns Both texts.
 */
export async function render({ text, html, markdown }: ReadBodies): Promise<{ text?: string; html: string }> {
  const shown = html ?? await fromMarkdown(markdown ?? "");
  const plain = text ?? markdown ?? await toText(shown);
  return { text: plain === "" ? undefined : plain, html: shown };
}

async function fromMarkdown(markdown: string): Promise<string> {
  const { marked } = await import("marked");
  return marked.parse(markdown, { async: false });
}

/** Makes plain text of HTML. */
export async function toText(html: string): Promise<string> {
  const { convert } = await import("html-to-text");
  const headings = ["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({
    selector,
    options: { uppercase: false },
  }));
  return convert(html, {
    wordwrap: WIDTH,
    // Else a long text is cut off, and a word about it printed.
    limits: { maxInputLength: undefined, maxDepth: MAX_DEPTH },
    selectors: [
      ...headings,
      { selector: "a", options: { hideLinkHrefIfSameAsText: true } },
      { selector: "img", format: "skip" },
    ],
  });
}
