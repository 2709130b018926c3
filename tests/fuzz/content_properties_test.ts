/** What holds for every content: the server's reader gets it back octet by octet, or it is refused; no end comes before the end. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PolicyError } from "../../mod.ts";
import { ContentGuard } from "../../lib/wire/dot_stuffing.ts";
import { cut, latin1, RUNS, sizes, text } from "./octets.ts";

/** Content of which every second octet matters. */
const content = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("\r\n", ".", "a", "\r\n.", "\r\n.\r\n", "..", "\0", "\xff") },
    { weight: 1, arbitrary: fc.constantFrom("\r", "\n") },
  ),
  { maxLength: 30 },
).map((pieces) => pieces.join(""));

/** Octets that are nearly all in order, and any. */
const octets = fc.oneof(
  { weight: 4, arbitrary: content },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map((octets) => text(octets)) },
);

/** Whether CR or LF occurs by itself. */
function isBare(content: string): boolean {
  return /[\r\n]/.test(content.replaceAll("\r\n", ""));
}

/** Content with what is missing to the end of its last line. */
function ended(content: string): string {
  return content === "" || content.endsWith("\r\n") ? content : `${content}\r\n`;
}

/** What is passed on, and the refusal if it comes to that; nothing else ends it. */
function passed(
  content: string,
  sizes: readonly number[],
  stuff: boolean,
): { sent: string; refusal?: PolicyError } {
  const guard = new ContentGuard({ stuff });
  const sent: string[] = [];
  try {
    for (const chunk of cut(latin1(content), sizes)) {
      const before = text(chunk);
      sent.push(text(...guard.push(chunk)));
      assertEquals(text(chunk), before);
    }
    sent.push(text(guard.end()));
    return { sent: sent.join("") };
  } catch (refusal) {
    assert(refusal instanceof PolicyError && refusal.code === "content.bare_line_end", String(refusal));
    return { sent: sent.join(""), refusal };
  }
}

/** The place that the refusal names is that of a CR or LF by itself. */
function assertPlace(content: string, { message }: PolicyError): void {
  const [, which, octet] = /bare (CR|LF) at octet (\d+)$/.exec(message)!;
  const at = Number(octet);
  assertEquals(content[at], which === "CR" ? "\r" : "\n", message);
  const [before, after] = [content[at - 1], content[at + 1]];
  assert(which === "CR" ? after !== "\n" : before !== "\r", message);
}

/** The receiver's side as RFC 5321 section 4.5.2 tells it, octet by octet: what it takes, and what is left behind the dot. */
function received(octets: string): { taken: string; left: string } | undefined {
  let taken = "";
  let line = "";
  for (let at = 0; at < octets.length; at++) {
    line += octets[at];
    if (!line.endsWith("\r\n")) continue;
    if (line === ".\r\n") return { taken, left: octets.slice(at + 1) };
    taken += line[0] === "." ? line.slice(1) : line;
    line = "";
  }
  return undefined;
}

Deno.test("ContentGuard passes any content so that an independent reader gets it back, however it is cut", () => {
  let refused = 0;
  fc.assert(
    fc.property(octets, sizes, (content, sizes) => {
      const { sent, refusal } = passed(content, sizes, true);
      assertEquals(refusal !== undefined, isBare(content));
      if (refusal) {
        refused++;
        assertPlace(content, refusal);
        return;
      }
      assertEquals(received(`${sent}.\r\nQUIT\r\n`), { taken: ended(content), left: "QUIT\r\n" });
      assertEquals(sent, passed(content, [Infinity], true).sent);
    }),
    { ...RUNS, numRuns: 5000 },
  );
  assert(refused > 500 && refused < 4500, `${refused} of 5000 were refused`);
});

Deno.test("ContentGuard passes nothing on that any server takes for the end, not even of what it refuses", () => {
  fc.assert(
    fc.property(octets, sizes, (content, sizes) => {
      const { sent } = passed(content, sizes, true);
      // The servers of CVE-2023-51764 and its kin took these for the last line too.
      assert(!/(?:^|[\r\n])\.[\r\n]/.test(sent), JSON.stringify(sent));
      // A CR at the end of a chunk may be out before the next chunk shows that it stands alone; nothing follows it.
      assert(!isBare(sent.replace(/\r$/, "")), JSON.stringify(sent));
    }),
    { ...RUNS, numRuns: 5000 },
  );
});

Deno.test("ContentGuard changes nothing for BDAT, and refuses the same", () => {
  fc.assert(
    fc.property(octets, sizes, (content, sizes) => {
      const { sent, refusal } = passed(content, sizes, false);
      assertEquals(refusal !== undefined, isBare(content));
      if (!refusal) assertEquals(sent, ended(content));
    }),
    { ...RUNS, numRuns: 3000 },
  );
});
