import type { Content, Prepared } from "../../mod.ts";
import { latin1 } from "./octets.ts";
import type { Random } from "./random.ts";

/** A message, and what a server must have of it when it has all of it. */
export interface RandomMail {
  /** Such as `m3`; the reverse-path, each recipient and the content hold it. */
  readonly name: string;
  readonly prepared: Prepared;
  /** The octets as they arrive, a character each. */
  readonly content: string;
  /** Whether its source fails before its end. */
  readonly fails: boolean;
}

/** Lines that look like what ends content, and like commands: nothing of it may be taken for either. */
const LINES = [
  "",
  ".",
  "..",
  ".x",
  "x",
  "MAIL FROM:<evil@example.net>",
  "RCPT TO:<evil@example.net>",
  "DATA",
  "QUIT",
  "RSET",
];

/**
 * Makes a message with one to five recipients and a content of any size, from a source that may be of any kind.
 *
 * @param name Its name.
 */
export function randomMail(random: Random, name: string): RandomMail {
  const forwardPaths = Array.from(
    { length: 1 + random.below(random.pick(1, 2, 5)) },
    (_, i) => `r${i}.${name}@example.org`,
  );
  const lines = Array.from({ length: random.below(random.pick(2, 10, 200)) }, () => random.pick(...LINES));
  if (random.chance(0.1)) lines.push(...Array(random.below(3_000)).fill("x".repeat(70)));
  const eightBit = random.chance(0.1);
  const text = [`Subject: ${name}`, "", ...lines, eightBit ? "caf\xe9" : "", `end of ${name}`].join("\r\n") +
    random.pick("\r\n", "");
  const chunks = inChunks(random, latin1(text));
  const kind = random.weighted({ array: 5, generator: 3, stream: 1, failing: 0.5, short: 0.3, bare: 0.3 });
  const known = kind === "array" || kind === "generator" || kind === "short";
  const content: Content = {
    messageId: `<${name}@example.com>`,
    size: known ? text.length + (kind === "short" ? 1 : 0) : undefined,
    eightBit,
    utf8: false,
    ...kind === "stream" ? { once: true } : {},
    octets: kind === "array" ? () => chunks : opened(chunks, kind, random),
  };
  return {
    name,
    prepared: { envelope: { reversePath: `${name}@example.com`, forwardPaths }, content },
    content: text.endsWith("\r\n") ? text : `${text}\r\n`,
    fails: kind === "failing" || kind === "short" || kind === "bare",
  };
}

function inChunks(random: Random, octets: Uint8Array): Uint8Array[] {
  const most = random.pick(1_000_000, 70_000, 5_000, 40);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < octets.length;) {
    const size = octets.length > 20_000 ? Math.max(most, 5_000) : most;
    chunks.push(octets.subarray(at, at += 1 + random.below(size)));
  }
  return chunks;
}

/** A source that is read as it comes; one that can be read once knows that it was. */
function opened(chunks: readonly Uint8Array[], kind: string, random: Random): Content["octets"] {
  let spent = false;
  const stop = random.below(chunks.length);
  return async function* () {
    if (spent) throw new Error("was read already");
    spent = kind === "stream";
    for (const [at, chunk] of chunks.entries()) {
      await Promise.resolve();
      if (kind === "failing" && at === stop) throw new Error("the disk is gone");
      yield chunk;
    }
    if (kind === "bare") yield latin1("\n.\r\nMAIL FROM:<evil@example.net>\r\n");
  };
}
