import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BodyCanonicalizer } from "../../lib/dkim/body_canonicalizer.ts";
import { type Canonicalization, canonicalizeField } from "../../lib/dkim/canonicalize_field.ts";
import { canonicalBody } from "./canonical_body.ts";
import { encode } from "./verify.ts";

const FORMS: readonly Canonicalization[] = ["simple", "relaxed"];

/** One character for each octet, so that regular expressions can look at any of them. */
const octetsOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (octets: Uint8Array) => Array.from(octets, (octet) => String.fromCharCode(octet)).join("");

/** RFC 6376 sections 3.4.3 and 3.4.4, as they are written. */
const naiveBody: Record<Canonicalization, (body: string) => string> = {
  simple: (body) => `${withoutLineEnds(body)}\r\n`,
  relaxed: (body) => {
    const lines = withoutLineEnds(body.replace(/[ \t]+/g, " ").replace(/ (?=\r\n|$)/g, ""));
    return lines === "" ? "" : `${lines}\r\n`;
  },
};

function withoutLineEnds(body: string): string {
  while (body.endsWith("\r\n")) body = body.slice(0, -2);
  return body;
}

/** RFC 6376 section 3.4.2, as it is written. */
function naiveField(field: string): string {
  const [, name, value] = /^([^:]*):([^]*)\r\n$/.exec(field)!;
  const unfolded = value.replaceAll("\r\n", "").replace(/[ \t]+/g, " ").replace(/^ | $/g, "");
  return `${name.toLowerCase().trimEnd()}:${unfolded}\r\n`;
}

/** Bodies in which everything that matters is frequent, CR and LF that stand alone among it. */
const body = fc.array(
  fc.constantFrom("\r\n", "\r\n\r\n", " ", "\t", "  \t", "\r", "\n", "word", ".", "\xfc", "\0"),
  { maxLength: 40 },
).map((parts) => parts.join(""));
const cuts = fc.array(fc.nat(100), { maxLength: 12 });

/** Cuts octets at places; two in the same place make an empty chunk. */
function split(octets: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (octets.length + 1)).toSorted((a, b) => a - b)];
  return at.map((start, i) => octets.subarray(start, at[i + 1]));
}

for (const form of FORMS) {
  Deno.test(`BodyCanonicalizer gives the ${form} form of any body, cut anywhere`, () => {
    fc.assert(
      fc.property(body, cuts, (text, places) => {
        const chunks = split(octetsOf(text), places);
        assertEquals(textOf(canonicalBody(chunks, form)), naiveBody[form](text));
      }),
      { numRuns: 5_000 },
    );
  });

  Deno.test(`BodyCanonicalizer gives the ${form} form of any body octet by octet`, () => {
    fc.assert(fc.property(body, (text) => {
      const chunks = [...octetsOf(text)].map((octet) => new Uint8Array([octet]));
      assertEquals(textOf(canonicalBody(chunks, form)), naiveBody[form](text));
    }));
  });

  Deno.test(`BodyCanonicalizer gives the ${form} form where its windows end`, () => {
    for (const seam of [" \r\n", "\r\n\r\n", " \t ", "\r\r\n", "x  y", "\r\n \r\nz"]) {
      for (let before = 65_536 - seam.length; before <= 65_536; before++) {
        for (const fill of ["a", " ", "\r\n".repeat(2)]) {
          const text = `b${fill.repeat(before).slice(0, before - 1)}${seam}c${seam}`;
          assert(textOf(canonicalBody([octetsOf(text)], form)) === naiveBody[form](text));
        }
      }
    }
  });

  Deno.test(`BodyCanonicalizer counts empty lines for the ${form} form and does not keep them`, () => {
    const chunk = encode("\n".repeat(500_000));
    let [octets, writes] = [0, 0];
    const canonicalizer = new BodyCanonicalizer(form, (piece) => {
      octets += piece.length;
      writes++;
    });
    for (let i = 0; i < 20; i++) canonicalizer.push(chunk);
    assertEquals([octets, writes], [0, 0]);
    canonicalizer.push(encode("x y"));
    canonicalizer.end();
    assertEquals(octets, 20 * chunk.length + 5);
    assert(writes < 10_000);
  });

  Deno.test(`BodyCanonicalizer neither keeps nor changes the chunks of the ${form} form`, () => {
    const memory = new Uint8Array(4);
    const chunks = ["a \r\n", " b\t ", "\r\n\r\n", "c\r\n\r"].values();
    function* reused() {
      for (const text of chunks) {
        memory.set(octetsOf(text));
        yield memory;
        assertEquals(textOf(memory), text);
        memory.fill(0x20);
      }
    }
    let out = "";
    const canonicalizer = new BodyCanonicalizer(form, (piece) => out += textOf(piece));
    for (const chunk of reused()) canonicalizer.push(chunk);
    canonicalizer.end();
    assertEquals(out, naiveBody[form]("a \r\n b\t \r\n\r\nc\r\n\r"));
  });
}

Deno.test("canonicalizeField() unfolds, and makes each run of white space one space", () => {
  const value = fc.array(fc.constantFrom("\r\n ", "\r\n\t", " ", "\t", "Word", ":", "\xfc", "\r", "="), {
    maxLength: 20,
  });
  const name = fc.constantFrom("Subject", "SUBJECT", "X-y", "From ", "To \t");
  fc.assert(
    fc.property(name, value, (name, parts) => {
      const field = `${name}:${parts.join("")}\r\n`;
      assertEquals(textOf(canonicalizeField(octetsOf(field), "relaxed")), naiveField(field));
      assertEquals(textOf(canonicalizeField(octetsOf(field), "simple")), field);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("canonicalizeField() ends the field at which the message ends", () => {
  for (const form of FORMS) assertEquals(canonicalizeField(encode("a:b"), form), encode("a:b\n"));
});
