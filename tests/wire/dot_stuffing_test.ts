import { assertEquals, assertThrows } from "@std/assert";
import { PolicyError } from "../../mod.ts";
import { ContentGuard } from "../../lib/wire/dot_stuffing.ts";

function pass(guard: ContentGuard, ...chunks: string[]): string {
  const pieces = chunks.flatMap((chunk) => guard.push(new TextEncoder().encode(chunk)));
  const decoder = new TextDecoder();
  return [...pieces, guard.end()].map((piece) => decoder.decode(piece)).join("");
}

/** The receiver's side, written another way: by lines. RFC 5321 section 4.5.2. */
function unstuff(text: string): string {
  return text.split("\r\n").map((line) => line.startsWith(".") ? line.slice(1) : line).join("\r\n");
}

Deno.test("ContentGuard doubles dots so that an independent reader gets the text back, at every chunk border", () => {
  const text = ".\r\n..\r\na.b\r\n\r\n.\r\n\r\n\r\n...x\r\n.";
  for (let first = 0; first <= text.length; first++) {
    for (let second = first; second <= text.length; second++) {
      const sent = pass(
        new ContentGuard({ stuff: true }),
        text.slice(0, first),
        text.slice(first, second),
        text.slice(second),
      );
      assertEquals(unstuff(sent), text + "\r\n");
      assertEquals(sent.includes("\r\n.\r\n"), false);
    }
  }
});

Deno.test("ContentGuard ends the last line, and only when it needs to", () => {
  assertEquals(pass(new ContentGuard({ stuff: true }), "a"), "a\r\n");
  assertEquals(pass(new ContentGuard({ stuff: true }), "a\r\n"), "a\r\n");
  assertEquals(pass(new ContentGuard({ stuff: true }), ""), "");
  assertEquals(pass(new ContentGuard({ stuff: false }), ".a\r\n."), ".a\r\n.\r\n");
});

const smuggled = [
  "a\n.\r\nMAIL",
  "\n",
  "a\r.\r",
  "a\r\r\nb",
  "\r",
  "a\n\r\n",
  "a\r\n\n",
  "\r\n.\n",
  "a\rb\r\n",
];

for (const stuff of [true, false]) {
  Deno.test(`ContentGuard lets no bare CR or LF through, at every chunk border (stuff: ${stuff})`, () => {
    for (const text of smuggled) {
      for (let border = 0; border <= text.length; border++) {
        const guard = new ContentGuard({ stuff });
        const run = () => pass(guard, text.slice(0, border), text.slice(border));
        const error = assertThrows(run, PolicyError, "bare");
        assertEquals(error.code, "content.bare_line_end");
      }
    }
  });
}

Deno.test("ContentGuard changes no octet of the chunk it is given", () => {
  const chunk = new TextEncoder().encode(".a\r\n.b\r\n");
  const copy = chunk.slice();
  new ContentGuard({ stuff: true }).push(chunk);
  assertEquals(chunk, copy);
});
