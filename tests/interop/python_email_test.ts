/**
 * Composed messages, read by Python's email package: a third reader beside the two of the message room's own tests.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compose, type Message } from "../../mod.ts";
import { message } from "../message/oracle_messages.ts";
import { SAMPLES } from "../message/oracle_samples.ts";
import { readOctets } from "../message/oracle_octets.ts";
import { personOf, type Read, readFields, throughout } from "../message/oracle_readers.ts";
import {
  type AttachedView,
  contentOf,
  lf,
  treeOf,
  unended,
  type View,
  viewOf,
} from "../message/oracle_view.ts";

/** Debian's own first: one that a version manager put in front of it may be there in name only. */
const python = await findPython(["/usr/bin/python3", "python3"]);
if (python === undefined) {
  console.error("SKIPPED, every test against Python: no python3 with its package email (Debian's python3)");
}

async function findPython(commands: readonly string[]): Promise<string | undefined> {
  for (const command of commands) {
    try {
      const probe = new Deno.Command(command, { args: ["-c", "import email.policy, json"], stderr: "null" });
      const { success } = await probe.output();
      if (success) return command;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** What `read_mail.py` prints. */
interface Printed {
  readonly fields: readonly [name: string, value: string | readonly PrintedPerson[]][];
  readonly tree: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly (Omit<AttachedView, "message"> & { readonly message?: Printed })[];
  readonly defects: readonly string[];
}

interface PrintedPerson {
  readonly name: string;
  readonly address?: string;
  readonly members?: readonly Read[];
}

/** Lets Python read messages, all in one run, since that takes most of the time. */
async function readByPython(raws: readonly string[]): Promise<Printed[]> {
  const folder = await Deno.makeTempDir();
  try {
    const files = raws.map((_, i) => `${folder}/${i}.eml`);
    await Promise.all(files.map((file, i) => Deno.writeFile(file, Buffer.from(raws[i], "latin1"))));
    const script = new URL("read_mail.py", import.meta.url).pathname;
    const reading = new Deno.Command(python!, { args: [script, ...files] });
    const { success, stdout, stderr } = await reading.output();
    assert(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function viewed(printed: Printed): View {
  assertEquals(printed.defects, []);
  const people = (list: readonly PrintedPerson[]) =>
    list.map(({ members, ...one }) => personOf({ ...one, group: members }));
  const fields = printed.fields.map(([name, value]) =>
    [name, typeof value === "string" ? value : people(value)] as const
  );
  return {
    fields: readFields(fields, { text: (value) => value, people: () => assert(false) as never }),
    text: unended(lf(printed.text)),
    html: unended(lf(printed.html)),
    attachments: printed.attachments.map(({ message, content = "", ...one }) =>
      message ? { ...one, message: viewed(message) } : {
        ...one,
        content: contentOf(one.type, Uint8Array.fromBase64(content)),
      }
    ),
  };
}

/**
 * Takes from a view, be it expected or read, what the package sees otherwise: it keeps the blanks between the encoded words
 * of a name (python/cpython#128110), and the first one of a field that begins with a fold.
 */
const habits = throughout(({ fields, attachments, ...view }) => ({
  ...view,
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, values]) => [name, values.map((value) => withoutBlanks(value))]),
  ),
  attachments: attachments.map((one) => ({ ...one, description: one.description.trim() })),
}));

function withoutBlanks(value: unknown): unknown {
  if (typeof value === "string") return value.trim();
  if (!Array.isArray(value)) return value;
  return value.map((one) => {
    if (typeof one === "string") return one;
    const { name, members, ...person } = one as { name: string; members?: unknown };
    return {
      ...person,
      name: name.replace(/\s/g, ""),
      ...members ? { members: withoutBlanks(members) } : {},
    };
  });
}

async function assertReadByPython(messages: Readonly<Record<string, Message>>): Promise<void> {
  const raws = await Promise.all(Object.values(messages).map((one) => readOctets(compose(one).content)));
  const printed = await readByPython(raws);
  assertEquals(printed.length, raws.length);
  for (const [i, [what, message]] of Object.entries(messages).entries()) {
    const view = viewed(printed[i]);
    assertEquals(printed[i].tree, treeOf(message), what);
    assertEquals(habits(view), habits(await viewOf(message, view)), what);
  }
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: python === undefined, fn });
}

test("compose() is read back by Python's email: samples of everything", async () => {
  // It reads no raw UTF-8 in addresses.
  const { "SMTPUTF8 addresses": _, ...samples } = SAMPLES;
  await assertReadByPython(samples);
});

test("compose() is read back by Python's email: text attached to be shown in its place", async () => {
  // Other readers take it for the body, as they may. RFC 2183 section 2.1.
  const text = { content: "1,2\r\n", type: "text/plain" };
  const html = { content: "<p>Grüße", filename: "a.html" };
  const attachments = [text, html].map((one) => ({ ...one, disposition: "inline" as const }));
  await assertReadByPython({
    inline: { from: "ann@example.com", to: "bo@example.org", text: "x", html: "y", attachments },
  });
});

test("compose() is read back by Python's email: any message", async () => {
  const seed = Math.trunc(Math.random() * 2 ** 31);
  const messages = fc.sample(message(2), { numRuns: 40, seed });
  await assertReadByPython(
    Object.fromEntries(messages.map((one, i) => [`message ${i} of seed ${seed}`, one])),
  );
});
