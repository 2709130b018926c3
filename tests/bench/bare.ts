/**
 * The least that a program can do to send a message: `Deno.connect`, five writes, no check of anything.
 *
 * @module
 */

const [port, body] = Deno.args;
const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
conn.setNoDelay(true);
const buffer = new Uint8Array(4_096);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Reads until so many replies have ended. */
async function replies(count: number): Promise<void> {
  let text = "";
  while ((text.match(/^\d{3} .*\r\n/gm)?.length ?? 0) < count) {
    text += decoder.decode(buffer.subarray(0, await conn.read(buffer) ?? 0));
  }
}

async function say(lines: string, count = 1): Promise<void> {
  await conn.write(encoder.encode(lines));
  await replies(count);
}

await replies(1);
await say("EHLO [127.0.0.1]\r\n");
await say("MAIL FROM:<ann@example.com>\r\nRCPT TO:<bo@example.org>\r\nDATA\r\n", 3);
const headers = [
  "From: ann@example.com",
  "To: bo@example.org",
  "Subject: Hello",
  `Date: ${new Date().toUTCString()}`,
  `Message-ID: <${crypto.randomUUID()}@example.com>`,
];
await say(`${headers.join("\r\n")}\r\n\r\n${body}\r\n.\r\n`);
await say("QUIT\r\n");
conn.close();
Deno.exit(0);
