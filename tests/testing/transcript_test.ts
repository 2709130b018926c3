import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { script, scriptedServer } from "../../lib/testing/mod.ts";

const MALFORMED: readonly (readonly [transcript: string, message: string])[] = [
  ["EHLO client.test", 'Cannot read transcript: "EHLO client.test" is neither S: nor C: nor one of -- tls'],
  ["s: 220 mail", '"s: 220 mail" is neither'],
  ["-- tsl", '"-- tsl" is neither'],
  ["-- Silence", '"-- Silence" is neither'],
  ["--", '"--" is neither'],
  ["--tls now", '"--tls now" is neither'],
  ["-- octets", '"-- octets" is neither'],
  ["-- octets 1", '"-- octets 1" is neither'],
  ["-- octets 16 0g", '"-- octets 16 0g" is neither'],
  ["-- octets 1603", '"-- octets 1603" is neither'],
  ["-- close\nS: 220 mail", 'Cannot read transcript: "S: 220 mail" comes after "-- close"'],
  ["-- silence\n-- silence", '"-- silence" comes after "-- silence"'],
  ["S: 220 mail\n-- reset\n\n-- close", '"-- close" comes after "-- reset"'],
];

for (const [transcript, message] of MALFORMED) {
  Deno.test(`script() and scriptedServer() refuse ${JSON.stringify(transcript)}`, async () => {
    assertThrows(() => script(transcript), SyntaxError, message);
    await assertRejects(() => scriptedServer(["-- close", transcript]), SyntaxError, message);
  });
}

Deno.test("script() skips blank lines and the space around lines", async () => {
  const stream = script("\n\n   S: 220  two spaces \r\n\t\n");
  const into = new Uint8Array(100);
  const count = await stream.read(into);
  assertEquals(new TextDecoder().decode(into.subarray(0, count!)), "220  two spaces\r\n");
  stream.done();
});
