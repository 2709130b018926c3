import { assertEquals, assertRejects } from "@std/assert";
import nodemailer from "nodemailer";
import { type Catcher, catchMail } from "../../lib/catcher/mod.ts";

const AUTH = { user: "user@example.com", password: "secret" };

/** Sends one message by a client that shares no code with this one. */
async function sendTo(catcher: Catcher, secure: boolean, pass: string, ca = catcher.certificateAuthority) {
  const transport = nodemailer.createTransport({
    host: "localhost",
    port: catcher.port,
    secure,
    requireTLS: !secure,
    auth: { user: AUTH.user, pass },
    tls: { ca },
    name: "client.example",
  });
  try {
    return await transport.sendMail({
      from: "Sender <from@example.com>",
      to: ["Jürgen <to@example.com>"],
      bcc: "hidden@example.com",
      subject: "Grüße",
      text: ".\r\n..\r\nHello\r\n",
      html: "<p>Hello</p>",
      attachments: [{ filename: "a.bin", content: Buffer.from([0, 1, 2, 255]) }],
    });
  } finally {
    transport.close();
  }
}

for (const tls of ["starttls", "implicit"] as const) {
  Deno.test(`catchMail() takes mail from nodemailer, ${tls}, and reads its parts`, async () => {
    await using catcher = await catchMail({ tls, auth: AUTH });
    await sendTo(catcher, tls === "implicit", AUTH.password);
    const { envelope, parsed, secure, user } = await catcher.waitFor(() => true);
    assertEquals(envelope.forwardPaths, ["to@example.com", "hidden@example.com"]);
    assertEquals([parsed.subject, parsed.html?.trim(), parsed.attachments.length], [
      "Grüße",
      "<p>Hello</p>",
      1,
    ]);
    assertEquals(parsed.text?.trim().split(/\r?\n/), [".", "..", "Hello"]);
    assertEquals(parsed.to?.[0]?.name, "Jürgen");
    assertEquals([secure, user], [true, AUTH.user]);
  });

  Deno.test(`catchMail() refuses nodemailer a wrong password, ${tls}`, async () => {
    await using catcher = await catchMail({ tls, auth: AUTH });
    await assertRejects(() => sendTo(catcher, tls === "implicit", "wrong"), Error, "535");
    assertEquals(catcher.messages.length, 0);
  });

  Deno.test(`catchMail() goes on when a client does not trust its certificate, ${tls}`, async () => {
    await using catcher = await catchMail({ tls });
    await using stranger = await catchMail();
    const secure = tls === "implicit";
    await assertRejects(() => sendTo(catcher, secure, AUTH.password, stranger.certificateAuthority));
    await sendTo(catcher, secure, AUTH.password);
    assertEquals(catcher.messages.length, 1);
  });
}
