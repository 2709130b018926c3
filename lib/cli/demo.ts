import { catchMail } from "../catcher/mod.ts";
import { each, type Middleware, sendMail, transcript } from "../../mod.ts";
import { systemIo } from "./io.ts";

/** Where the demonstration writes. */
interface Output {
  out(text: string): void;
}

const USER = "ann@example.com";

/**
 * Sends a real message through all seven stages to the embedded catcher, and shows the dialogue and the received mail.
 *
 * A program of its own and no command: what a command may load is looked up at every start, and a send should not pay for
 * the catcher's packages.
 *
 * @param io Where to write.
 */
export async function demo(io: Output): Promise<void> {
  // Made at random, as a password should be; the dialogue below does not show it.
  const password = crypto.randomUUID();
  await using catcher = await catchMail({ tls: "starttls", auth: { user: USER, password } });
  io.out(`The catcher listens on ${catcher.hostname}:${catcher.port}. Nothing leaves this machine.\n`);

  const headings: Middleware = (next, name) => (input, cx) => {
    io.out(`\n${name}\n`);
    return next(input, cx);
  };
  const receipt = await sendMail({
    hostname: "localhost",
    port: catcher.port,
    tls: "starttls",
    caCerts: [catcher.certificateAuthority],
    credentials: { user: USER, password },
    plugins: [transcript((line) => io.out(`  ${line}\n`)), each(headings)],
  }, {
    from: `Ann <${USER}>`,
    to: "Bo <bo@example.org>",
    bcc: "cy@example.org",
    subject: "Grüße from Stagecoach",
    text:
      "Hello Bo,\n\nthis went through seven stages: connect, ehlo, tls, auth, envelope, data, quit.\n.\nAnn\n",
  });

  const { signal } = new AbortController();
  const caught = await catcher.waitFor((message) => message.parsed.messageId === receipt.messageId, {
    signal,
  });
  const { envelope, secure, mechanism, user, parsed } = caught;
  io.out(`\nreceived ${secure ? "over TLS" : "in clear"}, from ${user} by ${mechanism}\n`);
  io.out(`  envelope  ${envelope.reversePath} -> ${envelope.forwardPaths.join(", ")}\n`);
  io.out(`  subject   ${parsed.subject}\n\n`);
  for (const line of new TextDecoder().decode(caught.octets).trimEnd().split("\r\n")) io.out(`  ${line}\n`);
  for (const { address, delivery } of receipt.recipients) io.out(`\n${delivery}: ${address}`);
  io.out("\n");
}

if (import.meta.main) await demo(systemIo());
