import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createHmac } from "node:crypto";
import { type CatcherOptions, catchMail } from "../../lib/catcher/mod.ts";
import { base64, code, Dialogue } from "./dialogue.ts";

const CONTENT = "Subject: Hello\r\n\r\n";
const AUTH = { user: "user@example.com", password: "pass wörd" };
const WRONG = { user: "user@example.com", password: "wrong" };

Deno.test("tls starttls: AUTH waits for TLS, which the catcher's authority vouches for", async () => {
  await using catcher = await catchMail();
  using client = await Dialogue.with(catcher);
  const extensions = await client.say("EHLO client.example");
  assertStringIncludes(extensions, "250-STARTTLS");
  assertStringIncludes(extensions, "250-AUTH PLAIN LOGIN");
  assertEquals(code(await client.say(`AUTH PLAIN ${base64("\0user\0password")}`)), 538);

  await client.startTls(catcher);
  assertEquals(code(await client.say(`AUTH PLAIN ${base64("\0user\0password")}`)), 235);
  assertEquals(code(await client.send(CONTENT)), 250);
  const [{ secure, user, mechanism }] = catcher.messages;
  assertEquals({ secure, user, mechanism }, { secure: true, user: "user", mechanism: "PLAIN" });
});

Deno.test("tls starttls: what was sent in the clear behind STARTTLS is forgotten", async () => {
  await using catcher = await catchMail();
  using client = await Dialogue.with(catcher);
  await client.say("EHLO client.example");
  await client.write("STARTTLS\r\nEHLO injected.example\r\nMAIL FROM:<injected@example.com>\r\n");
  assertEquals(code(await client.reply()), 220);
  await client.shakeHands(catcher);
  assertEquals(code(await client.say("MAIL FROM:<from@example.com>")), 503); // No EHLO yet, and no other reply.
  assertEquals(code(await client.say("NOOP")), 250);
});

Deno.test("tls implicit: the greeting comes over TLS and STARTTLS is not offered", async () => {
  await using catcher = await catchMail({ tls: "implicit" });
  using client = await Dialogue.overTls(catcher);
  const extensions = await client.say("EHLO client.example");
  assert(!extensions.includes("STARTTLS"), extensions);
  assertEquals(code(await client.say(`AUTH PLAIN ${base64("\0user\0password")}`)), 235);
  assertEquals(code(await client.send(CONTENT)), 250);
  assertEquals(catcher.messages[0].secure, true);
});

Deno.test("tls off: STARTTLS is neither offered nor taken, and AUTH needs none", async () => {
  await using catcher = await catchMail({ tls: "off" });
  using client = await Dialogue.with(catcher);
  const extensions = await client.say("EHLO client.example");
  assert(!extensions.includes("STARTTLS"), extensions);
  assertEquals(code(await client.say("STARTTLS")), 500);
  assertEquals(code(await client.say(`AUTH PLAIN ${base64("\0user\0password")}`)), 235);
});

for (const tls of ["starttls", "implicit"] as const) {
  Deno.test(`close() hangs up on a client that has not finished its handshake, ${tls}`, async () => {
    const catcher = await catchMail({ tls });
    const connection = await Deno.connect({ hostname: catcher.hostname, port: catcher.port });
    const buffer = new Uint8Array(512);
    if (tls === "starttls") {
      await connection.read(buffer);
      await connection.write(new TextEncoder().encode("STARTTLS\r\n"));
      await connection.read(buffer);
    }
    await connection.write(Uint8Array.of(0x16, 3, 1)); // The first octets of a ClientHello, and no more.
    await catcher.close();
    await connection.readable.pipeTo(new WritableStream()).catch(() => {}); // Ends, by end of file or by reset.
  });
}

for (const tls of ["starttls", "implicit"] as const) {
  Deno.test(`close() hangs up on a client that said QUIT and stayed, ${tls}`, async () => {
    const catcher = await catchMail({ tls });
    using client = tls === "implicit" ? await Dialogue.overTls(catcher) : await Dialogue.with(catcher);
    await client.say("EHLO client.example");
    if (tls === "starttls") await client.startTls(catcher);
    assertEquals(code(await client.say("QUIT")), 221);
    await catcher.close();
    assertEquals(await client.reply(), "");
  });
}

Deno.test("auth none: AUTH is neither offered nor taken", async () => {
  await using catcher = await catchMail({ auth: "none", tls: "off" });
  using client = await Dialogue.with(catcher);
  assert(!(await client.say("EHLO client.example")).includes("AUTH"));
  assertEquals(code(await client.say(`AUTH PLAIN ${base64("\0user\0password")}`)), 500);
  assertEquals(code(await client.send(CONTENT)), 250);
});

Deno.test("auth of one user: MAIL is refused until it is done, however often it is tried", async () => {
  await using catcher = await catchMail({ auth: AUTH, tls: "off" });
  using client = await Dialogue.with(catcher);
  await client.say("EHLO client.example");
  for (let attempt = 0; attempt < 20; attempt++) {
    assertEquals(code(await client.say("MAIL FROM:<from@example.com>")), 530);
  }
  assertEquals(await authenticate(client, "PLAIN", WRONG), 535);
  assertEquals(await authenticate(client, "PLAIN", { ...AUTH, user: "other" }), 535);
  assertEquals(await authenticate(client, "PLAIN", AUTH), 235);
  assertEquals(code(await client.send(CONTENT)), 250);
});

for (const mechanism of ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"] as const) {
  Deno.test(`mechanism ${mechanism}: the right password is taken and the wrong one refused`, async () => {
    const options: CatcherOptions = { auth: AUTH, tls: "off", mechanisms: [mechanism] };
    await using catcher = await catchMail(options);
    using client = await Dialogue.with(catcher);
    assertStringIncludes(await client.say("EHLO client.example") + "\n", `250-AUTH ${mechanism}\n`);
    assertEquals(await authenticate(client, mechanism, WRONG), 535);
    assertEquals(await authenticate(client, mechanism, AUTH), 235);
    await client.send(CONTENT);
    assertEquals([catcher.messages[0].user, catcher.messages[0].mechanism], [AUTH.user, mechanism]);
  });

  Deno.test(`mechanism ${mechanism}: anybody is taken when auth is any`, async () => {
    await using catcher = await catchMail({ tls: "off", mechanisms: [mechanism] });
    using client = await Dialogue.with(catcher);
    await client.say("EHLO client.example");
    assertEquals(await authenticate(client, mechanism, WRONG), 235);
  });
}

Deno.test("mechanism XOAUTH2: a refusal is explained in a challenge", async () => {
  await using catcher = await catchMail({ auth: AUTH, tls: "off", mechanisms: ["XOAUTH2"] });
  using client = await Dialogue.with(catcher);
  await client.say("EHLO client.example");
  const token = base64(`user=${AUTH.user}\x01auth=Bearer expired\x01\x01`);
  const challenge = await client.say(`AUTH XOAUTH2 ${token}`);
  assertEquals(JSON.parse(atob(challenge.slice(4))), { status: "401", schemes: "Bearer" });
  assertEquals(code(await client.say("")), 535);
});

/** Goes through one AUTH exchange; gives the code of its last reply. */
async function authenticate(client: Dialogue, mechanism: string, { user, password }: typeof AUTH) {
  switch (mechanism) {
    case "PLAIN":
      return code(await client.say(`AUTH PLAIN ${base64(`\0${user}\0${password}`)}`));
    case "LOGIN":
      await client.say("AUTH LOGIN");
      await client.say(base64(user));
      return code(await client.say(base64(password)));
    case "CRAM-MD5": {
      const challenge = atob((await client.say("AUTH CRAM-MD5")).slice(4));
      const digest = createHmac("md5", password).update(challenge).digest("hex");
      return code(await client.say(base64(`${user} ${digest}`)));
    }
    default: {
      const reply = await client.say(
        `AUTH XOAUTH2 ${base64(`user=${user}\x01auth=Bearer ${password}\x01\x01`)}`,
      );
      return code(reply) === 334 ? code(await client.say("")) : code(reply);
    }
  }
}
