/** Random addresses for the tests of this room: as they may be, and as they are written with everything that may be between. */

import fc from "fast-check";
import type { Address, Group } from "../../lib/message/address.ts";

/** Text of any script, as a name may be. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
  fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 80 }),
  // deno-lint-ignore no-control-regex -- control characters are what must not be there
).filter((name) => !/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(name));

const atom = fc.stringMatching(/^[a-z0-9!#$%&'*+\-/=?^_`{|}~éя日]{1,6}$/);
const quotable = fc.stringMatching(/^[ !"#-,\-.\/:;=?A-Z[\\\]^`a-z{|}~]{0,12}$/);
const label = fc.stringMatching(/^[a-z](?:[a-z0-9]{0,3}-?[a-z0-9]{0,3}[a-z])?$/);

/** The atoms of a local part. */
export const atoms = fc.array(atom, { minLength: 1, maxLength: 4 });

/** A domain that needs no mapping. */
export const domain = fc.oneof(
  { weight: 4, arbitrary: fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join(".")) },
  fc.constantFrom("[192.0.2.1]", "[IPv6:2001:db8::1]", "xn--bcher-kva.example"),
);

const local = fc.oneof(
  { weight: 3, arbitrary: atoms.map((list) => list.join(".")) },
  quotable.map((content) => `"${content.replace(/["\\]/g, "\\$&")}"`),
);

/** An address as it is written. */
export const address = fc.tuple(local, domain).map((sides) => sides.join("@")).filter((one) =>
  !/=\?.*\?=/.test(one)
);

const mailbox: fc.Arbitrary<Address> = fc.record({ name: text, address }, { requiredKeys: ["address"] });

const group: fc.Arbitrary<Group> = fc.record({
  name: text.filter((name) => !/[@<>]/.test(name + name.normalize("NFKC"))),
  members: fc.array(mailbox, { maxLength: 4 }).filter((members) =>
    !members.some(({ name = "" }) => name.includes(";") && name.includes("@"))
  ),
});

/** Mailboxes and groups. */
export const entries = fc.array(fc.oneof({ weight: 3, arbitrary: mailbox }, group), {
  minLength: 1,
  maxLength: 5,
});

/** What may be within angle brackets. */
export const blank = fc.constantFrom("", " ", "\t", "\r\n ");

/** White space, folds and comments of one level; two in a row do not make a line of white space. */
export const simpleFilling = fc.constantFrom(
  "",
  "",
  " ",
  "\t",
  "(c)",
  " (c) ",
  "(.evil.example)",
  "\r\n (evil.example)",
  "\r\n\t(c)\r\n  (d)\t",
  "(a, b; c: d)",
);

/** The same, and comments of several levels. */
export const filling = fc.oneof(
  simpleFilling,
  fc.constantFrom("(a(b)c)", "(x\\).evil.example)", " (((b) .evil.example)) "),
);

/** What separates the parts of addresses, and some parts. */
export const token = fc.oneof(
  fc.constantFrom("@", ",", ";", ":", "<", ">", "(", ")", '"', "\\", "[", "]", ".", " ", "\t", "\r\n "),
  fc.constantFrom(
    "a",
    "b.example",
    "@b.example",
    "<a@b.example>",
    "[192.0.2.1]",
    "é",
    "\u200b",
    "\uff20",
    "\r",
    "\n",
  ),
  fc.constantFrom('"q"', '"q, r; s"', "(c)", "=?utf-8?q?=40?=", "T:", ";,", ", ", "."),
);

const separator = fc.constantFrom(",", ",", ", ", ",,");
const plain = fc.constantFrom("ann", "a.b", "é", "x-y");
const quoted = fc.constantFrom('"q r"', '"a, b; c: d"', '"\\""', '"\\\\"', '"(x"', '"x)"', '""', '"."');
const host = fc.constantFrom(
  "good.example",
  "other.example",
  "b",
  "[192.0.2.1]",
  "[IPv6:::1]",
  "good.examplé",
);
const dotted = inRow(plain, repeated(inRow(filling, fc.constant("."), filling, plain), 2));
const spec = fc.oneof(
  inRow(dotted, filling, fc.constant("@"), simpleFilling, host),
  inRow(fc.oneof(plain, quoted), fc.constant("@"), host),
);
const word = fc.oneof(plain, quoted, fc.constantFrom(".", "J.", "=?utf-8?q?x?="));
const phrase = repeated(inRow(word, filling), 3);
const angles = inRow(
  fc.constant("<"),
  blank,
  plain,
  blank,
  fc.constant("@"),
  blank,
  host,
  blank,
  fc.constant(">"),
);
const writtenMailbox = fc.oneof(
  inRow(simpleFilling, spec, simpleFilling),
  inRow(simpleFilling, phrase, angles, filling),
);
const members = repeated(inRow(writtenMailbox, separator), 2);
const writtenGroup = inRow(
  simpleFilling,
  plain,
  phrase,
  fc.constant(":"),
  members,
  fc.constant(";"),
  filling,
);
const list = repeated(inRow(fc.oneof({ weight: 3, arbitrary: writtenMailbox }, writtenGroup), separator), 3);
const edit = fc.record({ at: fc.nat(80), gone: fc.nat(2), put: token });

/** A list with everything that may be between its parts, and up to two tokens too many or in the place of others. */
export const almostList = fc.tuple(list, fc.array(edit, { maxLength: 2 })).map(([text, edits]) =>
  edits.reduce((text, { at, gone, put }) => text.slice(0, at) + put + text.slice(at + gone), text)
);

function inRow(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((texts) => texts.join(""));
}

function repeated(part: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> {
  return fc.array(part, { maxLength }).map((texts) => texts.join(""));
}
