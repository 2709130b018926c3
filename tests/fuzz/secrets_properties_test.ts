/** What holds for every secret: whatever the server makes of it, it is shown nowhere. And a transcript has its measure. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  Channel,
  type Duplex,
  formatEvent,
  secretCommand,
  SmtpError,
  type TraceEvent,
  Transcript,
} from "../../mod.ts";
import { Secrets } from "../../lib/wire/secrets.ts";
import { RUNS, sizes, source } from "./octets.ts";

const encoder = new TextEncoder();

/** No part of the word that stands in a secret's place. */
const secret = fc.stringMatching(/^[A-Z0-9+/]{4,24}={0,2}$/);
const word = fc.oneof(
  fc.stringMatching(/^[a-z ]{0,8}$/),
  fc.constantFrom("\x1b", "ü", "\u202e", "%", '"', "\\"),
);

Deno.test("Secrets hides every secret wherever it stands, and nothing else", () => {
  const pieces = (secrets: readonly string[]) =>
    fc.array(fc.oneof(word, fc.constantFrom(...secrets)), { maxLength: 8 });
  const said = fc.array(secret, { minLength: 1, maxLength: 4 }).chain((secrets) =>
    fc.tuple(fc.constant(secrets), fc.array(pieces(secrets), { minLength: 1, maxLength: 4 }))
  );
  fc.assert(
    fc.property(said, (said) => {
      const [secrets, lines] = said;
      const hidden = new Secrets();
      for (const one of secrets) hidden.add(one);
      const reply = { code: 535, lines: lines.map((pieces) => pieces.join("")) };
      const masked = hidden.mask(reply);
      const words = lines.map((pieces) => pieces.map((one) => secrets.includes(one) ? "" : one).join(""));
      assertEquals(masked.lines.map((line) => line.replaceAll("[hidden]", "")), words);
      if (lines.flat().every((one) => !secrets.includes(one))) assertEquals(masked, reply);
    }),
    RUNS,
  );
});

Deno.test("Secrets hides the whole of a secret that holds another", () => {
  fc.assert(
    fc.property(secret, word, word, fc.boolean(), (inner, before, after, innerFirst) => {
      const outer = `${before}${inner}${after}`;
      const hidden = new Secrets();
      for (const one of innerFirst ? [inner, outer] : [outer, inner]) hidden.add(one);
      assertEquals(hidden.mask({ code: 535, lines: [`<${outer}>`] }).lines, ["<[hidden]>"]);
    }),
    RUNS,
  );
});

/** A stream that answers whatever it hears with these octets, and then ends. */
function answering(octets: Uint8Array, sizes: readonly number[]): Duplex {
  return { ...source(octets, sizes), write: (octets) => Promise.resolve(octets.length), close: () => {} };
}

/** All that a user may come to see of an error. */
function shown(error: unknown): string {
  assert(error instanceof SmtpError, String(error));
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return [error.stack, error.hint, error.transcript?.join("\n"), cause?.stack, JSON.stringify(error)].join(
    "\n",
  );
}

Deno.test("Channel shows no secret, whatever the server makes of it", async () => {
  const long = fc.stringMatching(/^[A-Za-z0-9+/]{16,40}$/);
  const frame = fc.constantFrom(
    "535 ",
    "535-",
    "334 ",
    "421 ",
    "250 ",
    "AUTH PLAIN ",
    "",
    "\x1b",
    "99 ",
    " ".repeat(70),
  );
  const lineEnd = fc.constantFrom("\r\n", "\n", "\r\n535 x\r\n", "");
  const answer = fc.array(fc.tuple(frame, word, fc.nat(3), word, lineEnd), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(long, long, answer, sizes, async (password, response, answer, sizes) => {
      // The password in clear, and the response as it was said; as it is, or twice in a row.
      const forms = [password, response, response + password, ""];
      const octets = encoder.encode(
        answer.map(([a, b, form, c, end]) => a + b + forms[form] + c + end).join(""),
      );
      const peer = { hostname: "h", port: 25, secure: true, loopback: true };
      const channel = new Channel(answering(octets, sizes), peer);
      const events: TraceEvent[] = [];
      const cx = {
        signal: new AbortController().signal,
        trace: (event: TraceEvent) => void events.push(event),
      };
      channel.hide(password);
      let all = "";
      try {
        for (let count = 0; count < 3; count++) {
          await channel.send(secretCommand("AUTH PLAIN", response), cx).reply(cx);
        }
      } catch (error) {
        all += shown(error);
      }
      all += [JSON.stringify(events), ...events.flatMap(formatEvent), ...channel.transcript].join("\n");
      for (const form of [password, response]) {
        // Not half of one, either.
        for (const part of [form, form.slice(0, 10), form.slice(-10)]) {
          assert(!all.includes(part), `${part} in ${all}`);
        }
      }
      channel.close();
    }),
    { ...RUNS, numRuns: 2000 },
  );
});

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("x".repeat(500), "\x1b[2J", "\r\n250 ok", "\u202e", "\u2028", "ü".repeat(500)),
);
const event: fc.Arbitrary<TraceEvent> = fc.oneof(
  fc.record({ kind: fc.constant("command" as const), line: text }),
  fc.record({
    kind: fc.constant("reply" as const),
    reply: fc.record({
      code: fc.integer({ min: 200, max: 599 }),
      lines: fc.oneof(fc.array(text, { minLength: 1, maxLength: 3 }), fc.constant(Array(300).fill("x"))),
    }),
  }),
  fc.record({ kind: fc.constant("content" as const), octets: fc.nat() }),
  fc.record({ kind: fc.constant("connected" as const), address: fc.constant("192.0.2.7:587") }),
  fc.record({ kind: fc.constant("secured" as const), hostname: fc.constant("mail.example.com") }),
  fc.record({ kind: fc.constant("closed" as const), reason: text }),
);

Deno.test("Transcript keeps the last lines of any session, bounded in number and in length, and nothing that steers a terminal", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 300 }), (events) => {
      const transcript = new Transcript();
      for (const one of events) transcript.add(one);
      const lines = transcript.lines();
      assert(lines.length <= 64, `${lines.length} lines`);
      for (const line of lines) {
        assert(line.length <= 401, `${line.length} characters`);
        // deno-lint-ignore no-control-regex -- control characters are what must not be there
        assert(!/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/.test(line), JSON.stringify(line));
      }
      const all = events.slice(-64).flatMap(formatEvent);
      assertEquals(lines.map((line) => line.slice(0, 400)), all.slice(-64).map((line) => line.slice(0, 400)));
    }),
    { ...RUNS, numRuns: 200 },
  );
});
