/** What holds for every address: written and read again it is the same, and no text takes long to read. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Address,
  type Group,
  parseAddress,
  parseAddressGroups,
  parseAddressList,
} from "../../lib/message/address.ts";
import { formatAddresses } from "../../lib/message/header.ts";
import {
  address,
  atoms,
  blank,
  domain,
  entries,
  filling,
  simpleFilling,
  token,
} from "./address_arbitraries.ts";

/** The same runs each time; a failure names the smallest input that was found. */
const RUNS = { seed: 1, numRuns: 2000 };

/** The text of encoded words, which the reader leaves as they are. */
function decoded(name: string): string {
  if (!/^=\?UTF-8\?[QB]\?\S+\?=(?: =\?UTF-8\?[QB]\?\S+\?=)*$/.test(name)) return name;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return name.split(" ").map((word) => {
    const [, , encoding, text] = word.split("?");
    const octets = encoding === "B"
      ? Uint8Array.fromBase64(text)
      : Uint8Array.from(text.replaceAll("_", " ").match(/=..|./g)!, (c) =>
        c.length === 3 ? parseInt(c.slice(1), 16) : c.charCodeAt(0));
    return decoder.decode(octets);
  }).join("");
}

function withNames(list: readonly (Address | Group)[]): (Address | Group)[] {
  const mailbox = (one: Address): Address =>
    one.name === undefined ? one : { ...one, name: decoded(one.name) };
  return list.map((one) =>
    "members" in one ? { name: decoded(one.name), members: one.members.map(mailbox) } : mailbox(one)
  );
}

/** Writes entries as a field, and reads the field. */
function writtenAndRead(list: readonly (Address | Group)[]): (Address | Group)[] {
  return withNames(parseAddressGroups(formatAddresses("To", list).slice("To:".length)));
}

Deno.test("parseAddressGroups() reads what formatAddresses() writes", () => {
  fc.assert(
    fc.property(entries, (list) => {
      const read = parseAddressGroups(list);
      assertEquals(writtenAndRead(read), read);
    }),
    RUNS,
  );
});

Deno.test("parseAddress() reads an address whatever may be between its parts", () => {
  const between = fc.array(simpleFilling, { minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(atoms, domain, between, filling, (local, domain, fillings, deep) => {
      const bare = `${local.join(".")}@${domain}`;
      fc.pre(!/=\?.*\?=/.test(bare));
      let i = 0;
      const next = () => fillings[i++];
      assertEquals(parseAddress(`${next()}${bare}${next()}`), { address: bare });
      fc.pre(!domain.startsWith("["));
      const dotted = local.map((atom) => next() + atom + next()).join(".");
      assertEquals(parseAddress(`${dotted}${deep}@${next()}${domain}${next()}`), { address: bare });
    }),
    RUNS,
  );
});

Deno.test("parseAddress() reads a name and angle brackets whatever may be between them", () => {
  fc.assert(
    fc.property(address, simpleFilling, filling, filling, blank, (one, before, within, after, blank) => {
      const expected = parseAddress({ name: "Ann Lee", address: one });
      const text = `${before}Ann ${within}"Lee"${after}<${blank}${one}${blank}>${within}`;
      assertEquals(parseAddress(text), expected);
    }),
    RUNS,
  );
});

Deno.test("parseAddressGroups() reads its own answer the same, or refuses the text", () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(token, address), { maxLength: 12 }), (tokens) => {
      let list: (Address | Group)[];
      try {
        list = parseAddressGroups(tokens.join(""));
      } catch (error) {
        assert(error instanceof SyntaxError, String(error));
        return;
      }
      read++;
      assertEquals(parseAddressGroups(list), list);
      assertEquals(writtenAndRead(list), withNames(list));
      for (const { address } of parseAddressList(list)) assertEquals(parseAddress(address), { address });
    }),
    { ...RUNS, numRuns: 10_000 },
  );
  assert(read > 500, `only ${read} texts were read`);
});

Deno.test("parseAddressGroups() takes no longer than its text is long", () => {
  fc.assert(
    fc.property(fc.array(token, { minLength: 1, maxLength: 4 }), token, (tokens, last) => {
      const text = tokens.join("").repeat(20_000) + last;
      const start = performance.now();
      try {
        parseAddressGroups(text);
      } catch (error) {
        assert(error instanceof SyntaxError, String(error));
      }
      // It takes some 10 ms; in quadratic time it would be minutes.
      assert(performance.now() - start < 2000, JSON.stringify(tokens));
    }),
    { ...RUNS, numRuns: 200 },
  );
});
