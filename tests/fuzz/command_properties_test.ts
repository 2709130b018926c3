/** What holds for every command: it is one line that a server reads as it was meant, or it is not written at all. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  Channel,
  command,
  type Envelope,
  type Notify,
  parseAddress,
  type Ready,
  secretCommand,
} from "../../mod.ts";
import { mailLine, rcptLine } from "../../lib/stages/envelope_lines.ts";
import type { Command } from "../../lib/wire/command.ts";
import { formatPath } from "../../lib/wire/path.ts";
import { content } from "../dialogue.ts";
import { address } from "../message/address_arbitraries.ts";
import { RUNS } from "./octets.ts";

/** What could end a line, or be taken for the end of one, and text of every kind around it. */
const any = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 5 }),
  fc.array(
    fc.constantFrom(
      "a",
      "<",
      ">",
      " ",
      "@",
      '"',
      "\\",
      ".",
      ":",
      "\r\n",
      "\r",
      "\n",
      "\0",
      "\t",
      "\x7f",
      "\x85",
      "\u2028",
    ),
    { maxLength: 6 },
  ).map((pieces) => pieces.join("")),
);

/** Runs what makes a command; `undefined` when it is refused, for which a TypeError is the only way. */
function made<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    assert(error instanceof TypeError, String(error));
    // deno-lint-ignore no-control-regex -- control characters are what must not be there
    assert(!/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(error.message), JSON.stringify(error.message));
    return undefined;
  }
}

/** The line as it goes over the wire. */
async function onTheWire(line: Command): Promise<Uint8Array> {
  const written: number[] = [];
  const stream = {
    read: () => Promise.resolve(null),
    write: (octets: Uint8Array) => Promise.resolve(written.push(...octets) && octets.length),
    close: () => {},
  };
  const channel = new Channel(stream, { hostname: "h", port: 25, secure: false, loopback: true });
  const cx = { signal: new AbortController().signal, trace: () => {} };
  channel.send(line, cx);
  await channel.flush(cx);
  channel.close();
  return Uint8Array.from(written);
}

/** One line: CRLF at its end, and no octet before it that any server takes for an end. */
function assertOneLine(octets: Uint8Array): string {
  assertEquals([...octets.slice(-2)], [13, 10]);
  const line = octets.slice(0, -2);
  assert(line.every((octet) => octet >= 32 && octet !== 127), JSON.stringify([...line]));
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
}

Deno.test("command() writes any arguments on exactly one line, or refuses them", async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("X", "MAIL"), fc.array(any, { maxLength: 4 }), async (verb, args) => {
      const line = made(() => command(verb, ...args));
      if (!line) return;
      written++;
      assertEquals(assertOneLine(await onTheWire(line)), [verb, ...args].join(" "));
    }),
    { ...RUNS, numRuns: 3000 },
  );
  assert(written > 300, `only ${written} were written`);
});

Deno.test("secretCommand() writes any secret on exactly one line that is not shown, or refuses it", async () => {
  const shown = fc.constantFrom("", "AUTH PLAIN", "AUTH X");
  await fc.assert(
    fc.asyncProperty(shown, any, async (shown, secret) => {
      const line = made(() => secretCommand(shown, secret));
      if (!line) return;
      assertEquals(assertOneLine(await onTheWire(line)), shown === "" ? secret : `${shown} ${secret}`);
      assertEquals(line.shown, `${shown} [hidden]`.trim());
    }),
    RUNS,
  );
});

/** A command of the envelope as a server reads it: octet by octet, knowing of quotation marks (RFC 5321 section 4.1.2). */
function readPath(line: string): { start: string; mailbox: string; parameters: string[] } {
  const from = line.indexOf("<");
  let quoted = false;
  let at = from + 1;
  for (; line[at] !== ">" || quoted; at++) {
    assert(at < line.length, line);
    if (line[at] === '"') quoted = !quoted;
    if (line[at] === "\\" && quoted) at++;
    assert(quoted || (line[at] !== " " && line[at] !== "<"), line);
  }
  const rest = line.slice(at + 1);
  assert(rest === "" || rest.startsWith(" "), line);
  const [, ...parameters] = rest.split(" ");
  return { start: line.slice(0, from), mailbox: line.slice(from + 1, at), parameters };
}

function fromXtext(text: string): string {
  return text.replace(/\+([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

/** Mailboxes that are good, and such with something in them that is not. */
const mailbox = fc.oneof(
  { weight: 3, arbitrary: address },
  any,
  fc.tuple(address, any, fc.nat(30)).map(([one, some, at]) => one.slice(0, at) + some + one.slice(at)),
);

Deno.test("rcptLine() writes a recipient so that a server reads the same, or refuses it", async () => {
  const notify = fc.constantFrom("NEVER", "SUCCESS", "FAILURE", "DELAY");
  const path = fc.record({
    address: mailbox,
    notify: fc.array(fc.oneof({ weight: 9, arbitrary: notify }, any), { maxLength: 3 }),
    orcpt: fc.oneof(any, { weight: 4, arbitrary: fc.oneof(any, address).map((one) => `rfc822;${one}`) }),
  }, { requiredKeys: ["address"], noNullPrototype: true });
  let written = 0;
  await fc.assert(
    fc.asyncProperty(path, async ({ notify, ...path }) => {
      const line = made(() => rcptLine({ ...path, ...notify && { notify: notify as Notify[] } }));
      if (!line) return;
      written++;
      const read = readPath(assertOneLine(await onTheWire(line)));
      assertEquals([read.start, read.mailbox], ["RCPT TO:", path.address]);
      const expected = [
        ...notify ? [`NOTIFY=${notify.join(",")}`] : [],
        ...path.orcpt === undefined ? [] : [`ORCPT=${path.orcpt}`],
      ];
      assertEquals(read.parameters.map((one) => one.startsWith("ORCPT") ? fromXtext(one) : one), expected);
    }),
    { ...RUNS, numRuns: 5000 },
  );
  assert(written > 300, `only ${written} were written`);
});

Deno.test("mailLine() writes a sender so that a server reads the same, or refuses it", async () => {
  const envelope = fc.record({
    reversePath: fc.oneof(fc.constant(""), mailbox),
    ret: fc.oneof(fc.constantFrom("FULL", "HDRS"), any),
    envid: any,
  }, { requiredKeys: ["reversePath"], noNullPrototype: true });
  let written = 0;
  await fc.assert(
    fc.asyncProperty(envelope, async (envelope) => {
      const session = { extensions: new Map() } as unknown as Ready;
      const line = made(() =>
        mailLine({
          session,
          envelope: { ...envelope, forwardPaths: [] } as unknown as Envelope,
          content: content("Hello\r\n"),
        })
      );
      if (!line) return;
      written++;
      const read = readPath(assertOneLine(await onTheWire(line)));
      assertEquals([read.start, read.mailbox], ["MAIL FROM:", envelope.reversePath]);
      const { ret, envid } = envelope;
      // deno-lint-ignore no-control-regex -- the range is ASCII
      const utf8 = /[^\x00-\x7f]/.test(envelope.reversePath);
      const expected = [
        ...utf8 ? ["SMTPUTF8"] : [],
        ...ret === undefined ? [] : [`RET=${ret}`],
        ...envid === undefined ? [] : [`ENVID=${envid}`],
      ];
      assertEquals(read.parameters.map((one) => one.startsWith("ENVID") ? fromXtext(one) : one), expected);
    }),
    { ...RUNS, numRuns: 5000 },
  );
  assert(written > 300, `only ${written} were written`);
});

Deno.test("formatPath() takes every address that parseAddress() gives", () => {
  let read = 0;
  fc.assert(
    fc.property(fc.oneof(mailbox, mailbox.map((one) => `Ann <${one}>`)), (text) => {
      let found: string;
      try {
        found = parseAddress(text).address;
      } catch (error) {
        assert(error instanceof SyntaxError, String(error));
        return;
      }
      read++;
      assertEquals(command("RCPT", `TO:${formatPath("RCPT", found)}`).line, `RCPT TO:<${found}>`);
    }),
    { ...RUNS, numRuns: 5000 },
  );
  assert(read > 1000, `only ${read} were read`);
});
