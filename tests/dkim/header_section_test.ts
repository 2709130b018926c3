import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PolicyError } from "../../lib/errors.ts";
import { HeaderSection } from "../../lib/dkim/header_section.ts";
import { concat } from "../../lib/dkim/concat.ts";
import { encode } from "./verify.ts";

const decoder = new TextDecoder();

/** The names, the fields as text, and the body. */
function read(...chunks: readonly Uint8Array[]) {
  const section = new HeaderSection();
  const body = concat(chunks.map((chunk) => section.push(chunk)));
  const fields = section.fields();
  return {
    names: fields.map(({ name }) => name),
    fields: fields.map(({ octets }) => decoder.decode(octets)),
    body: decoder.decode(body),
  };
}

const MESSAGE = "From: ann\nSUBJECT:\n folded\n\ttwice\nX-Old : y\nfrom: bo\n\nBody:\n\n";

Deno.test("HeaderSection gives fields with their folds, and the rest as the body", () => {
  const fields = ["From: ann\r\n", "SUBJECT:\r\n folded\r\n\ttwice\r\n", "X-Old : y\r\n", "from: bo\r\n"];
  const expected = { names: ["from", "subject", "x-old", "from"], fields, body: "Body:\r\n\r\n" };
  assertEquals(read(encode(MESSAGE)), expected);
  fc.assert(fc.property(fc.array(fc.nat(70)), (places) => {
    const octets = encode(MESSAGE);
    const at = [0, ...places.toSorted((a, b) => a - b)];
    assertEquals(read(...at.map((start, i) => octets.subarray(start, at[i + 1]))), expected);
  }));
});

Deno.test("HeaderSection gives no body of a message without one", () => {
  assertEquals(read(encode("From: ann\n")), { names: ["from"], fields: ["From: ann\r\n"], body: "" });
  assertEquals(read(encode("From: ann\n\n")), { names: ["from"], fields: ["From: ann\r\n"], body: "" });
  assertEquals(read(encode("From: ann")), { names: ["from"], fields: ["From: ann"], body: "" });
  assertEquals(read(), { names: [], fields: [], body: "" });
});

Deno.test("HeaderSection gives no field of a message that begins with its body", () => {
  assertEquals(read(encode("\nFrom: ann\n")), { names: [], fields: [], body: "From: ann\r\n" });
});

Deno.test("HeaderSection takes only CRLF for a line end", () => {
  const bare = new TextEncoder().encode("From: ann\n\nTo: bo\r\r\nCc: cy\n\r\n\r\nBody");
  const fields = ["From: ann\n\nTo: bo\r\r\n", "Cc: cy\n\r\n"];
  assertEquals(read(bare), { names: ["from", "cc"], fields, body: "Body" });
});

Deno.test("HeaderSection refuses a line that belongs to no field", () => {
  for (
    const [header, field] of [
      ["From ann@example.com Fri Jul 11\nFrom: ann", 1],
      [" folded\nFrom: ann", 1],
      ["From: ann\nno name\nTo: bo", 2],
      ["From: ann\n: empty", 2],
      ["From: ann\nGrüße: bo", 2],
      [`From: ann\n${"x".repeat(1_100)}: y`, 2],
    ] as const
  ) {
    const error = assertThrows(() => read(encode(`${header}\n\n`)), PolicyError);
    assertEquals(error.message, `Cannot sign header: field ${field} has no name`);
    assertEquals(error.code, "dkim.malformed_header");
  }
});

Deno.test("HeaderSection takes 1 MiB and refuses more, without waiting for the end", () => {
  const field = `X: ${"y".repeat(1_048_576 - 5)}\n`;
  assertEquals(read(encode(`${field}\nBody`)).body, "Body");
  const tooLong = "Cannot sign header: it is longer than 1048576 octets";
  assertThrows(() => read(encode(`y${field}\nBody`)), PolicyError, tooLong);
  assertThrows(() => read(encode("X: "), new Uint8Array(2_000_000).fill(0x79)), PolicyError, tooLong);
  const section = new HeaderSection();
  const chunk = new Uint8Array(1_000).fill(0x79);
  assertThrows(
    () => {
      for (let i = 0; i < 1_049; i++) section.push(chunk);
    },
    PolicyError,
    tooLong,
  );
});

Deno.test("HeaderSection keeps no chunk", () => {
  const section = new HeaderSection();
  const memory = encode("From: ann\n");
  section.push(memory);
  memory.fill(0);
  section.push(encode("\n"));
  assertEquals(section.fields().map(({ octets }) => decoder.decode(octets)), ["From: ann\r\n"]);
});
