import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { catchMail } from "../../lib/catcher/mod.ts";
import { SmtpError } from "../../lib/errors.ts";
import { code, Dialogue } from "./dialogue.ts";

const CONTENT = "Subject: Hello\r\nFrom: <from@example.com>\r\n\r\nHi there.\r\n";

Deno.test("catchMail() catches a message with its envelope, octets and parts", async () => {
  await using catcher = await catchMail();
  using client = await Dialogue.with(catcher);
  await client.say("EHLO client.example");
  assertEquals(await client.send(CONTENT, "to@example.com", "cc@example.com"), "250 OK: message queued");

  assertEquals(catcher.messages.length, 1);
  const [message] = catcher.messages;
  assertEquals(message.envelope, {
    reversePath: "from@example.com",
    forwardPaths: ["to@example.com", "cc@example.com"],
  });
  assertEquals(new TextDecoder().decode(message.octets), CONTENT);
  assertEquals(message.parsed.subject, "Hello");
  assertEquals([message.secure, message.user, message.mechanism], [false, undefined, undefined]);
  assert(Date.now() - message.receivedAt.getTime() < 60_000);
});

Deno.test("catchMail() takes several messages in one session, pipelined too", async () => {
  await using catcher = await catchMail();
  using client = await Dialogue.with(catcher);
  await client.say("EHLO client.example");
  await client.send("Subject: one\r\n\r\n");
  await client.write("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
  assertEquals([await client.reply(), await client.reply()].map(code), [250, 250]);
  assertEquals(code(await client.reply()), 354);
  await client.write("Subject: two\r\n\r\n.\r\nQUIT\r\n");
  assertEquals([await client.reply(), await client.reply()].map(code), [250, 221]);
  assertEquals(catcher.messages.map(({ parsed }) => parsed.subject), ["one", "two"]);
});

Deno.test("catchMail() gives the octets as received, with only the dot-stuffing undone", async () => {
  await using catcher = await catchMail();
  using client = await Dialogue.with(catcher);
  await client.say("EHLO client.example");
  const sent = ["..", "...", ". x", "", "\xe9\xff\x80 octets above 127", "..end", ""].join("\r\n");
  const octets = Uint8Array.from(sent, (character) => character.charCodeAt(0));
  await client.send(octets);
  const caught = Array.from(catcher.messages[0].octets, (octet) => String.fromCharCode(octet)).join("");
  assertEquals(caught, [".", "..", ". x", "", "\xe9\xff\x80 octets above 127", ".end", ""].join("\r\n"));
});

Deno.test("catchMail() shows each path as it stood in the command", async () => {
  await using catcher = await catchMail();
  using client = await Dialogue.with(catcher);
  await client.say("EHLO client.example");
  assertEquals(code(await client.say("MAIL FROM:<> BODY=8BITMIME")), 250);
  const paths = [
    '"two words"@example.com',
    '"a@b>\\" c"@example.com',
    "a@xn--bcher-kva.example",
    "é@ü.example",
  ];
  for (const path of paths) assertEquals(code(await client.say(`RCPT TO:<${path}>`)), 250);
  assertEquals(code(await client.say("RCPT TO:<no-domain>")), 501);
  assertEquals(code(await client.say("RCPT TO:bare@example.com")), 501);
  await client.say("DATA");
  await client.say("\r\n.");
  assertEquals(catcher.messages[0].envelope, { reversePath: "", forwardPaths: paths });
});

Deno.test("catchMail() answers a refused recipient with the caller's line and takes the others", async () => {
  const lines: Record<string, string> = {
    "no@example.com": "550 5.1.1 No such user",
    "later@example.com": "450 4.2.0 Greylisted",
    "odd@example.com": "250 OK",
    "split@example.com": "550 No\r\n250 Yes",
  };
  await using catcher = await catchMail({ refuse: (recipient) => lines[recipient] });
  using client = await Dialogue.with(catcher);
  await client.say("EHLO client.example");
  await client.say("MAIL FROM:<from@example.com>");
  assertEquals(await client.say("RCPT TO:<no@example.com>"), "550 5.1.1 No such user");
  assertEquals(await client.say("RCPT TO:<later@example.com>"), "450 4.2.0 Greylisted");
  assertStringIncludes(await client.say("RCPT TO:<odd@example.com>"), '451 Cannot refuse with "250 OK"');
  assertEquals(code(await client.say("RCPT TO:<split@example.com>")), 451);
  assertEquals(code(await client.say("RCPT TO:<yes@example.com>")), 250);
  await client.say("DATA");
  await client.say(CONTENT + ".");
  assertEquals(catcher.messages[0].envelope.forwardPaths, ["yes@example.com"]);
});

Deno.test("catchMail() announces its size limit and takes nothing larger", async () => {
  await using catcher = await catchMail({ maxOctets: 1000 });
  using client = await Dialogue.with(catcher);
  assertStringIncludes(await client.say("EHLO client.example") + "\n", " SIZE 1000\n");
  assertEquals(code(await client.say("MAIL FROM:<from@example.com> SIZE=1001")), 552);
  assertEquals(code(await client.send("x".repeat(499) + "\r\n" + "x".repeat(498) + "\r\n")), 552);
  assertEquals(catcher.messages.length, 0);
  assertEquals(code(await client.send("x".repeat(498) + "\r\n" + "x".repeat(498) + "\r\n")), 250);
  assertEquals(catcher.messages[0].octets.length, 1000);
});

Deno.test("catchMail() drops the oldest message for one more than maxMessages", async () => {
  await using catcher = await catchMail({ maxMessages: 2 });
  using client = await Dialogue.with(catcher);
  await client.say("EHLO client.example");
  for (const subject of ["one", "two", "three"]) await client.send(`Subject: ${subject}\r\n\r\n`);
  assertEquals(catcher.messages.map(({ parsed }) => parsed.subject), ["two", "three"]);
});

Deno.test("catchMail() catches nothing of a message that its client broke off", async () => {
  await using catcher = await catchMail();
  const client = await Dialogue.with(catcher);
  await client.say("EHLO client.example");
  await client.say("MAIL FROM:<from@example.com>");
  await client.say("RCPT TO:<to@example.com>");
  await client.say("DATA");
  await client.write("Subject: half\r\n");
  client[Symbol.dispose]();

  using next = await Dialogue.with(catcher);
  await next.say("EHLO client.example");
  await next.send("Subject: whole\r\n\r\n");
  assertEquals(catcher.messages.map(({ parsed }) => parsed.subject), ["whole"]);
});

Deno.test("close() hangs up on idle clients, lets go of the port and may be called again", async () => {
  const catcher = await catchMail();
  using greeted = await Dialogue.with(catcher);
  using inTransaction = await Dialogue.with(catcher);
  await inTransaction.say("EHLO client.example");
  await inTransaction.say("MAIL FROM:<from@example.com>");
  using inContent = await Dialogue.with(catcher);
  await inContent.say("EHLO client.example");
  await inContent.say("MAIL FROM:<from@example.com>");
  await inContent.say("RCPT TO:<to@example.com>");
  await inContent.say("DATA");
  await inContent.write("Subject: half\r\n");

  await catcher.close();
  assertEquals(await Promise.all([greeted.reply(), inTransaction.reply(), inContent.reply()]), ["", "", ""]);
  await catcher.close();
  await using next = await catchMail({ port: catcher.port });
  assertEquals(next.port, catcher.port);
});

Deno.test("close() hangs up on a client that has only just connected", async () => {
  const catcher = await catchMail();
  const connection = await Deno.connect({ hostname: catcher.hostname, port: catcher.port });
  await catcher.close();
  await connection.readable.pipeTo(new WritableStream()).catch(() => {}); // Ends, by end of file or by reset.
});

Deno.test("catchMail() says that the port is in use", async () => {
  await using catcher = await catchMail();
  const error = await assertRejects(
    () => catchMail({ port: catcher.port }),
    SmtpError,
    `Cannot listen on 127.0.0.1:${catcher.port}: the port is in use`,
  );
  assertEquals(error.code, "catcher.port_in_use");
});

Deno.test("catchMail() listens on loopback alone", async () => {
  for (
    const hostname of ["0.0.0.0", "::", "192.0.2.1", "example.com", "127.0.0.256", "127.0.0.1.example", ""]
  ) {
    await assertRejects(() => catchMail({ hostname }), TypeError, `Cannot listen on "${hostname}"`);
  }
  for (const hostname of ["localhost", "127.0.0.2"]) {
    await using catcher = await catchMail({ hostname });
    using _client = await Dialogue.with(catcher);
    assertEquals(catcher.hostname, hostname);
  }
});

Deno.test("catchMail() refuses numbers that are out of range", async () => {
  for (const port of [-1, 65536, 2.5, NaN]) {
    await assertRejects(() => catchMail({ port }), RangeError, `Cannot listen on port ${port}`);
  }
  await assertRejects(() => catchMail({ maxMessages: 0 }), RangeError, "maxMessages is 0");
  await assertRejects(() => catchMail({ maxOctets: -1 }), RangeError, "maxOctets is -1");
  await assertRejects(() => catchMail({ mechanisms: [] }), TypeError, "no mechanism is given");
});
