import { assertEquals, assertThrows } from "@std/assert";
import { type EnvelopeWishes, readEnvelope } from "../../../lib/message/raw/envelope.ts";
import { splitFields } from "../../../lib/message/raw/header.ts";
import { octets } from "./samples.ts";

function read(lines: readonly string[], wishes: EnvelopeWishes = {}): [string, ...string[]] {
  const { reversePath, forwardPaths } = readEnvelope(
    splitFields(octets(lines.join("\r\n") + "\r\n")),
    wishes,
  );
  return [reversePath, ...forwardPaths];
}

const A = "a@example.com", B = "b@example.net", C = "c@example.net", D = "d@example.net";

const FOUND: [string, string[], [string, ...string[]]][] = [
  ["From and To", [`From: Ann <${A}>`, `To: "Bo" <${B}>`], [A, B]],
  ["Sender before From", [`From: ${B}`, `Sender: ${A}`, `To: ${C}`], [A, C]],
  ["the first of several authors", [`From: ${A}, ${B}`, `To: ${C}`], [A, C]],
  ["From where Sender is empty", [`Sender:`, `From: ${A}`, `To: ${C}`], [A, C]],
  ["To, Cc and Bcc in this order", [`Bcc: ${D}`, `Cc: ${C}`, `To: ${B}`, `From: ${A}`], [A, B, C, D]],
  ["several fields of a name", [`From: ${A}`, `To: ${B}`, `To: ${C}`, `Bcc: ${D}`], [A, B, C, D]],
  ["each mailbox once", [`From: ${A}`, `To: ${B}, ${B}`, `Cc: b@EXAMPLE.net, ${A}`], [A, B, A]],
  ["fields in any case, folded", [`FROM :`, ` Ann`, `\t<${A}>`, `tO: ${B},`, ` ${C}`], [A, B, C]],
  ["Bcc alone, empty fields beside it", [`From: ${A}`, `To:`, `Cc: `, `Bcc: ${B}`], [A, B]],
  ["groups", [`From: ${A}`, `To: Team: ${B}, Cy <${C}>;, ${D}`], [A, B, C, D]],
  ["an empty group", [`From: ${A}`, `To: undisclosed-recipients:;`, `Bcc: ${B}`], [A, B]],
  ["domains that are not ASCII", [`From: ${A}`, `To: bo@b\xc3\xbccher.example`], [
    A,
    "bo@xn--bcher-kva.example",
  ]],
  ["a name in another charset", [`From: J\xfcrgen <${A}>`, `To: Gr\xf6\xdfe <${B}>`], [A, B]],
  ["encoded words", [`From: =?UTF-8?Q?J=C3=BCrgen?= <${A}>`, `To: ${B}`], [A, B]],
  ["comments", [`From: (here) ${A} (Ann)`, `To: ${B}`], [A, B]],
  [
    "the topmost block of Resent- fields",
    [
      "Received: x",
      `Resent-From: ${A}`,
      "Resent-Date: x",
      `resent-to: ${B}`,
      "Received: y",
      `Resent-To: ${D}`,
      `Resent-From: ${D}`,
      `From: ${D}`,
      `To: ${D}`,
    ],
    [A, B],
  ],
  [
    "a block of Resent- fields right above another",
    [`Resent-From: ${A}`, `Resent-Bcc: ${B}`, `Resent-From: ${D}`, `Resent-To: ${D}`, `From: ${D}`],
    [A, B],
  ],
  [
    "Resent-Sender before Resent-From",
    [`Resent-Sender: ${A}`, `Resent-From: ${D}`, `Resent-Cc: ${B}`, `From: ${D}`, `Sender: ${D}`],
    [A, B],
  ],
];

for (const [what, lines, expected] of FOUND) {
  Deno.test(`readEnvelope() takes ${what}`, () => assertEquals(read(lines), expected));
}

const HEADER = [`From: ${A}`, `To: ${B}`];

const NAMED: [string, EnvelopeWishes, [string, ...string[]]][] = [
  ["the reverse-path", { envelope: { reversePath: C } }, [C, B]],
  ["no reverse-path", { envelope: { reversePath: "" } }, ["", B]],
  ["recipients in place of the header's", { envelope: { forwardPaths: [C, D, C] } }, [A, C, D]],
  ["recipients beside the header's", { envelope: { forwardPaths: [C, B] }, readRecipients: true }, [A, C, B]],
  ["both", { envelope: { reversePath: D, forwardPaths: [C] } }, [D, C]],
  ["a name and a domain", { envelope: { reversePath: "D <d@b\u00fccher.example>" } }, [
    "d@xn--bcher-kva.example",
    B,
  ]],
  ["a local part that is not ASCII", { envelope: { forwardPaths: ["z\u00eb@example.net"] } }, [
    A,
    "z\u00eb@example.net",
  ]],
];

for (const [what, wishes, expected] of NAMED) {
  Deno.test(`readEnvelope() takes from the caller ${what}`, () =>
    assertEquals(read(HEADER, wishes), expected));
}

Deno.test("readEnvelope() does not look at fields that it does not need", () => {
  const wishes = { envelope: { reversePath: "", forwardPaths: [C] } };
  assertEquals(read(["From: nonsense", "From: root", "To: friends"], wishes), ["", C]);
});

Deno.test("readEnvelope() takes 50,000 recipients", () => {
  const to = Array.from({ length: 50_000 }, (_, i) => `a${i}@example.com`);
  assertEquals(read([`From: ${A}`, `To: ${to.join(",\r\n ")}`]).length, 50_001);
});

const NOBODY = "Cannot prepare message: no recipient in To, Cc or Bcc, or in the envelope";

const REFUSED: [string, string[], EnvelopeWishes, string][] = [
  ["no recipient", [`From: ${A}`], {}, NOBODY],
  ["empty fields of recipients", [`From: ${A}`, "To: undisclosed-recipients:;", "Cc:"], {}, NOBODY],
  ["an empty list of recipients", HEADER, { envelope: { forwardPaths: [] } }, NOBODY],
  ["recipients that may not be read", HEADER, { readRecipients: false }, NOBODY],
  [
    "a resending to nobody",
    [`Resent-From: ${A}`, "Subject: x", `Resent-To: ${B}`, ...HEADER],
    {},
    "Cannot prepare message: no recipient in Resent-To, Resent-Cc or Resent-Bcc",
  ],
  [
    "a resending by nobody",
    [`Resent-To: ${B}`, ...HEADER],
    {},
    'no mailbox in Resent-From, and no "envelope.reversePath"',
  ],
  [
    "no author",
    [`To: ${B}`],
    {},
    'Cannot prepare message: no mailbox in From, and no "envelope.reversePath"',
  ],
  ["a group without an author", [`From: x:;`, `To: ${B}`], {}, "no mailbox in From"],
  ["two From fields", [`From: ${A}`, `From: ${B}`, `To: ${B}`], {}, "it has several From fields"],
  ["two Sender fields", [`Sender: ${A}`, `Sender: ${B}`, ...HEADER], {}, "it has several Sender fields"],
  ["an author that cannot be read", ["From: ann", `To: ${B}`], {}, 'address "ann" in field "From", line 1'],
  [
    "a recipient that cannot be read",
    [`From: ${A}`, "X: y", "cc: a@b@c.example"],
    {},
    'address "a@b@c.example" in field "cc", line 3',
  ],
  ["an address that is not UTF-8", [`From: ${A}`, "To: z\xeb@example.net"], {}, 'in field "To", line 2'],
  ["a domain that is not UTF-8", [`From: ${A}`, "To: z@b\xfccher.example"], {}, 'in field "To", line 2'],
  ["two reverse-paths", HEADER, { envelope: { reversePath: `${A}, ${B}` } }, '"envelope.reversePath"'],
  ["a malformed reverse-path", HEADER, { envelope: { reversePath: "x" } }, 'in "envelope.reversePath"'],
  [
    "a malformed forward-path",
    HEADER,
    { envelope: { forwardPaths: [B, "x"] } },
    'in "envelope.forwardPaths"',
  ],
];

for (const [what, lines, wishes, message] of REFUSED) {
  Deno.test(`readEnvelope() refuses ${what}`, () => {
    const error = assertThrows(() => read(lines, wishes), Error, message);
    assertEquals(error instanceof TypeError || error instanceof SyntaxError, true);
  });
}
