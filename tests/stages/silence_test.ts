import { assertEquals, assertRejects } from "@std/assert";
import {
  connect,
  ConnectionError,
  sendMail,
  StageTimeoutError,
  swap,
  type TransportOptions,
} from "../../mod.ts";
import { createAuthority } from "../../lib/catcher/mod.ts";
import { context } from "../dialogue.ts";

const MESSAGE = { from: "ann@example.com", to: "bo@example.org", text: "Hello" };

/** Takes connections and keeps them until it is disposed of; says a line to the first when there are two. */
function listen(say?: string): AsyncDisposable & { readonly port: number; connections(): number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.Conn[] = [];
  const serving = (async () => {
    for await (const conn of listener) {
      open.push(conn);
      if (say && open.length === 2) await open[0].write(new TextEncoder().encode(say));
    }
  })();
  return {
    port: (listener.addr as Deno.NetAddr).port,
    connections: () => open.length,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      for (const conn of open) conn.close();
    },
  };
}

Deno.test("connect() says that a silent server speaks TLS at once, whoever issued its certificate", async () => {
  const authority = await createAuthority();
  const { certificate: cert, key } = await authority.issue({ hosts: ["localhost"] });
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert, key });
  const { port } = listener.addr;
  const serving = (async () => {
    for await (const conn of listener) {
      conn.handshake().catch(() => {}).then(() => conn.close());
    }
  })();
  const options: TransportOptions = {
    hostname: "127.0.0.1",
    port,
    plugins: [swap({ connect: connect({ tls: "starttls", askAfterMs: 5 }) })],
  };
  const error = await assertRejects(
    () => sendMail(options, MESSAGE),
    ConnectionError,
    "speaks TLS at once here",
  );
  assertEquals([error.code, error.stage, error.retryable], ["tls.mode_mismatch", "connect", false]);
  assertEquals(error.recipients?.map((one) => one.delivery), ["not sent"]);
  listener.close();
  await serving;
});

Deno.test("connect() goes on waiting for a server that is silent in TLS too", async () => {
  await using server = listen();
  const stages = { connect: connect({ askAfterMs: 1 }) };
  const options = { hostname: "127.0.0.1", port: server.port, plugins: [swap(stages)], deadlineMs: 40 };
  const error = await assertRejects(() => sendMail(options, MESSAGE), StageTimeoutError);
  assertEquals([error.code, server.connections()], ["timeout.connect", 2]);
});

Deno.test("connect() reads a greeting that comes late", async () => {
  await using server = listen("220 at last\r\n");
  const target = { hostname: "127.0.0.1", port: server.port };
  const { channel } = await connect({ askAfterMs: 1 })(target, context());
  assertEquals([channel.dead, server.connections()], [undefined, 2]);
  channel.close();
});
