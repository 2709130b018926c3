/**
 * A server that takes every message and does no more than it must, so that the clients are measured and not it.
 *
 * @module
 */

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Listens on a free port of 127.0.0.1 and answers every session until it is closed. */
export function sink(): Deno.TcpListener {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const conn of listener) serve(conn).catch(() => conn.close());
  })();
  return listener;
}

async function serve(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const buffer = new Uint8Array(65_536);
  let waiting = "";
  let content = false;
  await conn.write(encoder.encode("220 sink\r\n"));
  for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
    waiting += decoder.decode(buffer.subarray(0, count));
    let answers = "";
    for (let end = waiting.indexOf("\r\n"); end >= 0; end = waiting.indexOf("\r\n")) {
      const line = waiting.slice(0, end);
      waiting = waiting.slice(end + 2);
      if (content) {
        if (line !== ".") continue;
        content = false;
        answers += "250 ok\r\n";
      } else if (line === "DATA") {
        content = true;
        answers += "354 go\r\n";
      } else if (line.startsWith("EHLO")) answers += "250-sink\r\n250-PIPELINING\r\n250 SIZE 10000000\r\n";
      else answers += line === "QUIT" ? "221 bye\r\n" : "250 ok\r\n";
    }
    if (answers !== "") await conn.write(encoder.encode(answers));
  }
  conn.close();
}
