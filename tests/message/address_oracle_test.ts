/** Addresses read by others: by two libraries, and by readers as simple as people write them. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import nodemailer from "nodemailer/lib/addressparser";
import { addressParser as postalMime, decodeWords } from "postal-mime";
import {
  type Address,
  domainOf,
  type Group,
  mailboxesOf,
  parseAddressGroups,
  parseAddressList,
} from "../../lib/message/address.ts";
import { formatAddresses } from "../../lib/message/header.ts";
import { almostList } from "./address_arbitraries.ts";

/** The domains that a reader finds in text. */
type Reader = (text: string) => string[];

function domainsOf(text: string): string[] {
  return parseAddressList(text).map(({ address }) => domainOf(address));
}

/** What stands behind the last "@", without the white space that the reader left there; nothing without an "@". */
function behindAt(text: string): string[] {
  return text.includes("@") ? [domainOf(text).trim()] : [];
}

const byPostalMime: Reader = (text) =>
  postalMime(text, { flatten: true }).flatMap(({ address }) => behindAt(address ?? ""));
const byNodemailer: Reader = (text) =>
  nodemailer(text, { flatten: true }).flatMap(({ address }) => behindAt(address ?? ""));

for (
  const text of [
    "(a) Ann (b (c)) <ann@good.example> (d (e))",
    "ann(x)@good.example",
    "ann@(x)good.example",
    "ann (x) @ (x) good.example (x)",
    "ann @ good.example",
    "ann . lee @ good.example",
    "ann(x).(y)lee@good.example (.evil.example)",
    "(evil.example) ann@good.example(.evil.example)",
    "<ann . lee @ good.example >",
    "Ann\r\n Lee\r\n\t<\r\n ann@good.example\r\n >",
    "J. R. (x) Lee . <jr@good.example>",
    'Ann "the" Lee<ann@good.example>(x)',
    "a@good.example,, b@other.example,",
    ", (x), a@good.example",
    "Team: a@good.example, b@other.example;, c@third.example",
    "Team(x): (y) Ann <a@good.example> (z), ,;",
    "undisclosed-recipients:;",
    "A:;, B: b@good.example;",
    "Team:\r\n a@good.example,\r\n b@other.example\r\n ;",
    '"Team; two": a@good.example;',
    '"ann lee"@good.example (x)',
    '"a\\"b\\\\"@good.example',
    '"a@evil.example" <b@good.example>',
    "<a@[IPv6:2001:db8::1]>",
    "a@[192.0.2.1] (x)",
    "(x) a@[192.0.2.1](x), (y)b@good.example",
    "用户@good.example (x)",
  ]
) {
  Deno.test(`parseAddressList() finds the domains that others find: ${JSON.stringify(text)}`, () => {
    const domains = domainsOf(text);
    assertEquals(byPostalMime(text), domains, "postal-mime");
    assertEquals(byNodemailer(text), domains, "nodemailer");
  });
}

/** What postal-mime cannot read: it finds no domain, or none that can be. */
for (
  const text of [
    "a@[IPv6:2001:db8::1]",
    'Team: "a;b"@good.example;',
    "Team: a@(;)good.example;",
  ]
) {
  Deno.test(`parseAddressList() reads what makes postal-mime stumble: ${text}`, () => {
    assertEquals(byNodemailer(text), domainsOf(text), "nodemailer");
    assert(!byPostalMime(text).some(isDomain));
  });
}

Deno.test("formatAddresses() writes groups that others read", () => {
  const list = [
    {
      name: "Équipe; à deux",
      members: [{ name: "Ann", address: "a@good.example" }, { address: "b@good.example" }],
    },
    { name: "Lee, Bo", address: "bo@other.example" },
    { name: "Undisclosed recipients", members: [] },
    { name: "日本語の名前".repeat(12), members: [{ name: "日本".repeat(20), address: "c@good.example" }] },
  ];
  const text = formatAddresses("To", list).slice("To:".length);
  const expected = [
    ["Équipe; à deux", [["Ann", "a@good.example"], ["", "b@good.example"]]],
    ["Lee, Bo", "bo@other.example"],
    ["Undisclosed recipients", []],
    ["日本語の名前".repeat(12), [["日本".repeat(20), "c@good.example"]]],
  ];
  for (const read of [postalMime(text), nodemailer(text)]) {
    const found = read.map(({ name, address, group }) => [
      decodeWords(name),
      group?.map((one) => [decodeWords(one.name), one.address]) ?? address,
    ]);
    assertEquals(found, expected);
  }
});

/** Splits at commas and semicolons, and takes what is in the last angle brackets, else everything. */
const bySplitting: Reader = (text) =>
  text.split(/[,;]/).flatMap((piece) => behindAt(piece.slice(piece.lastIndexOf("<") + 1).split(">")[0]));

const SIMPLE_READERS: Record<string, Reader> = {
  "postal-mime": byPostalMime,
  "nodemailer": byNodemailer,
  "one that splits at separators": bySplitting,
  "one that takes the first angle brackets": (text) =>
    text.split(/[,;]/).flatMap((piece) => behindAt(/<([^>]*)>/.exec(piece)?.[1] ?? piece)),
  "one that takes the last angle brackets of all": (text) => behindAt(/.*<([^>]*)/s.exec(text)?.[1] ?? ""),
  "one that splits at the first @": (text) =>
    text.split(/[,;]/).flatMap((piece) => /@(.*)/s.exec(piece)?.[1].trim() ?? []),
  "one that drops comments": (text) => bySplitting(withoutComments(text, "")),
  "one that makes comments blanks": (text) => bySplitting(withoutComments(text, " ")),
  "one that knows no comments in comments": (text) => bySplitting(text.replace(/\([^)]*\)/g, "")),
  "one that drops comments and white space": (text) =>
    bySplitting(withoutComments(text, "").replace(/\s/g, "")),
  "one that drops simple comments and white space": (text) =>
    bySplitting(text.replace(/\([^)]*\)/g, "").replace(/\s/g, "")),
  "one that reads line by line": (text) => text.split("\r\n").flatMap(bySplitting),
  "one that ends quotes and comments at the end of the line": (text) =>
    bySplitting(text.replace(/"[^"\r]*["\r]|\([^)\r]*[)\r]/g, "")),
  "one that drops quoted text": (text) => bySplitting(text.replace(/"(?:[^"\\]|\\.)*"/gs, "")),
  "one that decodes first": (text) => bySplitting(decodeWords(text)),
  "one that normalizes first": (text) => bySplitting(text.normalize("NFKC")),
  "one that looks for an @ between letters": (text) =>
    Array.from(text.matchAll(/[\w.+-]+@([\w.\u0080-\uffff-]+)/g), ([, domain]) => domain),
};

function withoutComments(text: string, between: string): string {
  const less = text.replace(/\((?:[^()\\]|\\.)*\)/gs, between);
  return less === text ? text : withoutComments(less, between);
}

/** Whether a server could be found by it. */
function isDomain(text: string): boolean {
  return /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[^[\]]*\])$/i.test(text);
}

/** Whether no name or local part holds an "@", encoded or not, in which some readers look for an address. */
function isPlain({ name = "", ...others }: Address | Group): boolean {
  const text = "address" in others ? name + others.address.replace(/@[^@]*$/, "") : name;
  return !/@|=\?/.test(text.normalize("NFKC"));
}

Deno.test("parseAddressList() reads nothing in which a simpler reader finds another domain", () => {
  let read = 0;
  fc.assert(
    fc.property(almostList, (text) => {
      let entries: (Address | Group)[];
      try {
        entries = parseAddressGroups(text);
      } catch {
        return;
      }
      const addresses = mailboxesOf(entries);
      if (![...entries, ...addresses].every(isPlain)) return;
      read++;
      const domains = addresses.map(({ address }) => domainOf(address));
      for (const [name, reader] of Object.entries(SIMPLE_READERS)) {
        const others = reader(text).filter((found) => isDomain(found) && !domains.includes(found));
        assertEquals(others, [], name);
      }
    }),
    { seed: 1, numRuns: 20_000 },
  );
  assert(read > 1000, `only ${read} texts were read`);
});
