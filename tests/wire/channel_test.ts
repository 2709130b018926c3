import { assert, assertEquals, assertRejects } from "@std/assert";
import { Channel, command, ConnectionError, type Duplex, ProtocolError } from "../../mod.ts";
import { script, type ScriptOptions } from "../../lib/testing/mod.ts";
import { context } from "../dialogue.ts";

const PEER = { hostname: "mail.example.com", port: 25, secure: false, loopback: true };

function open(transcript: string, options?: ScriptOptions) {
  const stream = script(transcript, options);
  return { stream, channel: new Channel(stream, PEER), cx: context() };
}

Deno.test("Channel sends nothing before somebody waits, then everything in one write", async () => {
  const { stream, channel, cx } = open("C: NOOP\nC: RSET\nC: NOOP\nS: 250 a\nS: 251 b\nS: 252 c");
  const pending = ["NOOP", "RSET", "NOOP"].map((verb) => channel.send(command(verb), cx));
  assertEquals(stream.writes, 0);
  // Waited for in another order than they were sent in.
  const replies = await Promise.all(pending.toReversed().map((one) => one.reply(cx)));
  assertEquals(replies.map((reply) => reply.code), [252, 251, 250]);
  assertEquals(stream.writes, 1);
  channel.close();
});

Deno.test("Channel writes content as it fills up, and the rest with what follows", async () => {
  const { stream, channel, cx } = open(`C: ${"x".repeat(99_998)}\nC: y\nC: NOOP\nS: 250 ok`);
  await channel.write([new TextEncoder().encode("x".repeat(99_998) + "\r\n")], cx);
  assertEquals(stream.writes, 1);
  await channel.write([new TextEncoder().encode("y\r\n")], cx);
  await channel.send(command("NOOP"), cx).reply(cx);
  assertEquals(stream.writes, 2);
  channel.close();
});

Deno.test("Channel writes the rest when the stream takes only a part", async () => {
  const written: number[] = [];
  const stream: Duplex = {
    read: (into) => {
      into.set(new TextEncoder().encode("250 ok\r\n"));
      return Promise.resolve(8);
    },
    write: (octets) => {
      const count = Math.min(3, octets.length);
      written.push(...octets.subarray(0, count));
      return Promise.resolve(count);
    },
    close: () => {},
  };
  const channel = new Channel(stream, PEER);
  const cx = context();
  await channel.send(command("NOOP"), cx).reply(cx);
  assertEquals(new TextDecoder().decode(new Uint8Array(written)), "NOOP\r\n");
});

Deno.test("Channel throws the reason of its death from every later call", async () => {
  const { stream, channel, cx } = open("C: NOOP\n-- close");
  const first = await assertRejects(() => channel.send(command("NOOP"), cx).reply(cx), ConnectionError);
  assertEquals([first.code, first.command, stream.closed], ["connect.lost", "NOOP", true]);
  assertEquals(channel.dead?.message, first.message);
  for (
    const later of [
      () => channel.send(command("NOOP"), cx).reply(cx),
      () => channel.flush(cx),
      () => channel.startTls({ hostname: "x" }, cx),
    ]
  ) {
    assertEquals((await assertRejects(later, ConnectionError)).message, first.message);
  }
});

Deno.test("Channel gives the reply of 421 and is dead afterwards", async () => {
  const { channel, cx } = open("C: NOOP\nC: NOOP\nS: 421 4.3.2 bye");
  const [first, second] = [channel.send(command("NOOP"), cx), channel.send(command("NOOP"), cx)];
  assertEquals((await first.reply(cx)).code, 421);
  const error = await assertRejects(() => second.reply(cx), ConnectionError, "the server closed the session");
  assertEquals([error.code, error.reply?.code, error.retryable], ["server.busy", 421, true]);
});

Deno.test("Channel dies of a reply that nobody asked for", async () => {
  const { channel, cx } = open("C: NOOP\nS: 250 a\nS: 250 b");
  assertEquals((await channel.send(command("NOOP"), cx).reply(cx)).code, 250);
  const error = await assertRejects(
    () => channel.send(command("NOOP"), cx).reply(cx),
    ProtocolError,
    "out of turn",
  );
  assertEquals(error.code, "protocol.out_of_turn");
});

Deno.test("Channel takes no part of a line that is already here for the reply to a later command", async () => {
  const { channel, cx } = open("C: NOOP\nS: 250 a\nS: 250-b\nC: NOOP\nS: 250 c", { by: "whole" });
  await channel.send(command("NOOP"), cx).reply(cx);
  await assertRejects(() => channel.send(command("NOOP"), cx).reply(cx), ProtocolError);
});

Deno.test("Channel dies of a malformed reply", async () => {
  const { channel, cx, stream } = open("C: NOOP\nS: hello\nS: 250 ok");
  const error = await assertRejects(
    () => channel.send(command("NOOP"), cx).reply(cx),
    ProtocolError,
    '"hello"',
  );
  assertEquals([error.code, stream.closed], ["protocol.malformed_reply", true]);
});

Deno.test("Channel is closed by an abort while it reads, and keeps the caller's reason", async () => {
  const { channel, stream, cx } = open("C: NOOP\n-- silence");
  const controller = new AbortController();
  const waiting = channel.send(command("NOOP"), cx).reply(context(controller.signal));
  const reason = new Error("the user left");
  controller.abort(reason);
  const error = await assertRejects(() => waiting, ConnectionError, "aborted by the caller");
  assertEquals([error.code, error.cause, stream.closed], ["aborted", reason, true]);
});

Deno.test("Channel does nothing on a signal that is already aborted", async () => {
  const { channel, stream, cx } = open("C: NOOP\nS: 250 ok");
  await assertRejects(
    () => channel.send(command("NOOP"), cx).reply(context(AbortSignal.abort())),
    ConnectionError,
  );
  assertEquals([stream.writes, stream.closed], [0, true]);
});

Deno.test("Channel tells what the server had said when a write fails", async () => {
  const said = ["554 5.7.1 go away\r\n"];
  const stream: Duplex = {
    read: (into) => {
      const text = said.shift();
      if (text === undefined) return Promise.reject(new Deno.errors.ConnectionReset("reset"));
      return Promise.resolve(new TextEncoder().encodeInto(text, into).written);
    },
    write: () => Promise.reject(new Deno.errors.BrokenPipe("Broken pipe")),
    close: () => {},
  };
  const channel = new Channel(stream, PEER);
  const cx = context();
  const [first, second] = [channel.send(command("MAIL"), cx), channel.send(command("RCPT"), cx)];
  assertEquals((await first.reply(cx)).code, 554);
  await assertRejects(() => second.reply(cx), ConnectionError, "Broken pipe");
});

Deno.test("Channel takes the end of TLS without close_notify for the end", async () => {
  const stream: Duplex = {
    read: () =>
      Promise.reject(
        new Deno.errors.UnexpectedEof("peer closed connection without sending TLS close_notify"),
      ),
    write: (octets) => Promise.resolve(octets.length),
    close: () => {},
  };
  const channel = new Channel(stream, PEER);
  const cx = context();
  const waiting = () => channel.send(command("QUIT"), cx).reply(cx);
  await assertRejects(
    waiting,
    ConnectionError,
    "Cannot read reply to QUIT: the server closed the connection",
  );
});

Deno.test("Channel keeps a transcript of bounded size", async () => {
  const { channel, cx } = open("C: NOOP\nS: 250 ok\n".repeat(500) + `C: NOOP\nS: 250 ${"x".repeat(5_000)}`);
  for (let at = 0; at <= 500; at++) await channel.send(command("NOOP"), cx).reply(cx);
  assert(channel.transcript.length <= 64);
  assert(channel.transcript.every((line) => line.length <= 401));
  assertEquals(channel.transcript.at(-2), "C: NOOP");
  channel.close();
});

Deno.test("Channel is dead after an upgrade, and the new one starts with nothing", async () => {
  const { channel, stream, cx } = open("C: STARTTLS\nS: 220 go\n-- tls\nC: NOOP\nS: 250 ok");
  await channel.send(command("STARTTLS"), cx).reply(cx);
  const secured = await channel.startTls({ hostname: "mail.example.com" }, cx);
  assertEquals([channel.peer.secure, secured.peer.secure, secured.dead], [false, true, undefined]);
  await assertRejects(() => channel.send(command("NOOP"), cx).reply(cx), ConnectionError, "upgraded to TLS");
  assertEquals((await secured.send(command("NOOP"), cx).reply(cx)).code, 250);
  channel.close();
  assertEquals(stream.closed, false);
  secured.close();
});
