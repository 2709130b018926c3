import { assert, assertEquals } from "@std/assert";
import { encodeWords } from "../../lib/message/encoded_word.ts";
import { formatAddresses, formatText } from "../../lib/message/header.ts";
import { randomText, seeded, TEXTS } from "./samples.ts";

/** Decodes encoded words one by one, as a reader does: a character split over two words would come out broken. */
function decode(words: string[]): string {
  return words.map((word) => {
    const [, encoding, text] = /^=\?UTF-8\?([QB])\?([!->@-~]+)\?=$/.exec(word)!;
    const octets = encoding === "B"
      ? Uint8Array.fromBase64(text)
      : Uint8Array.from(text.replaceAll("_", " ").match(/=..|./g)!, (c) =>
        c.length === 3 ? parseInt(c.slice(1), 16) : c.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  }).join("");
}

function assertLines(field: string, longest: number) {
  for (const line of field.split("\r\n")) {
    assert(line.length <= longest, `${line.length} characters: ${line}`);
    assert(/^[\x20-\x7e]*[\x21-\x7e]$/.test(line), `blank, or blank at the end: ${line}`);
  }
}

for (const text of TEXTS) {
  Deno.test(`encodeWords() keeps whole characters in words of at most 75: ${text.slice(0, 20)}`, () => {
    for (const room of [75, 40, 20, 0, -5]) {
      const words = encodeWords(text, room);
      assertEquals(decode(words), text);
      assertEquals(words.filter((word) => word.length > 75), []);
    }
  });
}

Deno.test("encodeWords() takes the shorter encoding", () => {
  assertEquals(encodeWords("Café au lait"), ["=?UTF-8?Q?Caf=C3=A9_au_lait?="]);
  assertEquals(encodeWords("日本"), ["=?UTF-8?B?5pel5pys?="]);
});

Deno.test("encodeWords() does not part a letter from its marks, nor the parts of an emoji", () => {
  for (const cluster of ["e\u0301\u0323", "👩‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "क\u093f"]) {
    const one = decode([encodeWords(cluster)[0]]);
    assertEquals(one, cluster);
    for (let before = 0; before < 60; before++) {
      const parts = encodeWords("x".repeat(before) + cluster.repeat(4)).map((word) => decode([word]));
      for (const part of parts) assertEquals(part.replaceAll(cluster, "").replaceAll("x", ""), "");
    }
  }
});

Deno.test("encodeWords() parts what is longer than a word, between code points", () => {
  const letters = "e" + "\u0301".repeat(200);
  assertEquals(decode(encodeWords(letters)), letters);
});

Deno.test("formatText() leaves ASCII as it is and folds it before blanks", () => {
  const text = "word ".repeat(40) + "two  blanks";
  const field = formatText("Subject", text);
  assertEquals(field.replaceAll("\r\n", ""), `Subject: ${text}`);
  assertLines(field, 78);
});

Deno.test("formatText() does not encode a long identifier", () => {
  const ids = [`<${"a".repeat(70)}@example.com>`, `<${"b".repeat(70)}@example.com>`];
  assertEquals(formatText("References", ids.join(" ")), `References:\r\n ${ids[0]}\r\n ${ids[1]}`);
});

for (const text of ["=?utf-8?Q?x?=", " blank before", "blank after ", " ", "é", "z".repeat(1000)]) {
  Deno.test(`formatText() encodes ${JSON.stringify(text.slice(0, 20))}`, () => {
    const field = formatText("Subject", text);
    assertEquals(decode(field.slice("Subject: ".length).split("\r\n ")), text);
    assertLines(field, 76);
  });
}

Deno.test("formatText() keeps its lines short for any text and any name", () => {
  const random = seeded(1);
  for (let i = 0; i < 300; i++) {
    const text = randomText(random, 300);
    const encoded = /[^ -~]/.test(text);
    assertLines(formatText("X".repeat(random(75) + 1), text), encoded ? 76 : 998);
  }
});

Deno.test("formatText() takes long runs of one character", () => {
  for (const unit of [" ", "a ", "\u0301", "👩‍", "="]) {
    assertLines(formatText("Subject", "a" + unit.repeat(50_000) + "b"), 78);
  }
});

for (
  const [what, name, expected] of [
    ["atoms bare", "Ann Lee", "Ann Lee"],
    ["a dot in quotes", "Ann M. Lee", '"Ann M. Lee"'],
    ["a comma in quotes", "Lee, Ann", '"Lee, Ann"'],
    ["quotes and backslashes escaped", 'A "B" \\', '"A \\"B\\" \\\\"'],
    ["several blanks in quotes", "Ann  Lee", '"Ann  Lee"'],
    ["an address in quotes", "bob@example.org", '"bob@example.org"'],
    ["other letters encoded", "Jürgen", "=?UTF-8?Q?J=C3=BCrgen?="],
    ["what looks encoded, encoded", "=?x?=", "=?UTF-8?B?PT94Pz0=?="],
  ]
) {
  Deno.test(`formatAddresses() writes ${what}`, () => {
    assertEquals(formatAddresses("To", [{ name, address: "a@b.example" }]), `To: ${expected} <a@b.example>`);
  });
}

Deno.test("formatAddresses() folds between mailboxes", () => {
  const list = ["one", "two", "three"].map((name) => ({ name, address: `${name}@subdomain.example.com` }));
  assertEquals(
    formatAddresses("To", list),
    "To: one <one@subdomain.example.com>, two <two@subdomain.example.com>,\r\n three <three@subdomain.example.com>",
  );
});

const ANN = { name: "Ann", address: "a@b.example" };
const BO = { address: "b@b.example" };

for (
  const [what, entries, expected] of [
    ["a group", [{ name: "Team", members: [ANN, BO] }], "Team: Ann <a@b.example>, b@b.example;"],
    [
      "a group among mailboxes",
      [BO, { name: "T", members: [ANN] }, BO],
      "b@b.example, T: Ann <a@b.example>;, b@b.example",
    ],
    ["an empty group", [{ name: "Undisclosed recipients", members: [] }], "Undisclosed recipients:;"],
    ["an empty group before a mailbox", [{ name: "T", members: [] }, BO], "T:;, b@b.example"],
    [
      "a group's name in quotes",
      [{ name: "Team: one; two", members: [BO] }],
      '"Team: one; two": b@b.example;',
    ],
    [
      "a group's name encoded, apart from the colon",
      [{ name: "Grüße", members: [BO] }],
      "=?UTF-8?B?R3LDvMOfZQ==?= : b@b.example;",
    ],
    ["an empty group's name encoded", [{ name: "Grüße", members: [] }], "=?UTF-8?B?R3LDvMOfZQ==?= :;"],
  ] as const
) {
  Deno.test(`formatAddresses() writes ${what}`, () => {
    assertEquals(formatAddresses("To", entries), `To: ${expected}`);
  });
}

Deno.test("formatAddresses() folds between the members of a group", () => {
  const members = ["one", "two", "three"].map((name) => ({ name, address: `${name}@subdomain.example.com` }));
  assertEquals(
    formatAddresses("To", [{ name: "Team", members }]),
    "To: Team: one <one@subdomain.example.com>, two <two@subdomain.example.com>,\r\n three <three@subdomain.example.com>;",
  );
});

Deno.test("formatAddresses() writes 50,000 mailboxes, in a group or not", () => {
  const list = Array.from({ length: 50_000 }, (_, i) => ({ name: `N ${i}`, address: `a${i}@example.com` }));
  assertLines(formatAddresses("To", list), 76);
  assertLines(formatAddresses("To", [{ name: "T", members: list }, ...list]), 76);
});

Deno.test("formatAddresses() keeps its lines short for any name", () => {
  const random = seeded(2);
  for (let i = 0; i < 300; i++) {
    const list = Array.from(
      { length: 5 },
      () => ({ name: randomText(random, 100), address: "ann@example.com" }),
    );
    assertLines(formatAddresses("Reply-To", list), 76);
  }
});

Deno.test("formatAddresses() keeps its lines short for any name of a group", () => {
  const random = seeded(3);
  for (let i = 0; i < 300; i++) {
    const groups = Array.from({ length: 3 }, (_, members) => ({
      name: randomText(random, 100),
      members: Array.from(
        { length: members },
        () => ({ name: randomText(random, 100), address: "ann@example.com" }),
      ),
    }));
    assertLines(formatAddresses("Reply-To", groups), 76);
  }
});

Deno.test("formatAddresses() leaves no room for a colon after the longest encoded word", () => {
  for (let length = 30; length < 60; length++) {
    assertLines(formatAddresses("To", [{ name: "é" + "x".repeat(length), members: [] }]), 76);
  }
});
