import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { catchMail } from "../../lib/catcher/mod.ts";
import { stagecoach, type World } from "./fake_io.ts";

/** Runs `send` against a catcher, and gives what it caught. */
async function send(args: readonly string[], world: World = {}) {
  await using catcher = await catchMail({ tls: "off" });
  const addresses = ["-f", "ann@example.com", "-t", "bo@example.org"];
  const outcome = await stagecoach(["send", "-s", `127.0.0.1:${catcher.port}`, ...addresses, ...args], world);
  const [caught] = catcher.messages;
  const { text, html } = caught?.parsed ?? {};
  return {
    ...outcome,
    text: text?.trim(),
    html: html?.trim(),
    octets: new TextDecoder().decode(caught?.octets),
  };
}

const MARKDOWN = "# News\n\nHello *Bo*, see [this](https://example.com/a).\n";
const RENDERED = '<h1>News</h1>\n<p>Hello <em>Bo</em>, see <a href="https://example.com/a">this</a>.</p>';

const markdown: Record<string, [string[], World]> = {
  "as it is given": [["--markdown", MARKDOWN], {}],
  "from a file": [["--markdown", "@n.md"], { files: { "n.md": MARKDOWN } }],
  "from standard input": [["--markdown", "-"], { stdin: MARKDOWN }],
};

for (const [where, [args, world]] of Object.entries(markdown)) {
  Deno.test(`send --markdown ${where} sends HTML, and the Markdown as its text`, async () => {
    const { exit, err, text, html } = await send(args, world);
    assertEquals([exit, text, html], [0, MARKDOWN.trim(), RENDERED], err);
  });
}

Deno.test("send --markdown takes another text when one is given", async () => {
  const { text, html } = await send(["--markdown", MARKDOWN, "--text", "Plain"]);
  assertEquals([text, html], ["Plain", RENDERED]);
});

Deno.test("send --html makes the text of the HTML", async () => {
  const html =
    `<style>p { color: red }</style><h1>Grüße</h1><p>Hello <b>Bo</b>, see <a href="https://example.com/a">this</a>
    and <a href="https://example.com/">https://example.com/</a>.</p><img src="cid:x" alt="y"><ul><li>one</li><li>two</li></ul>`;
  const sent = await send(["--html", html]);
  assertEquals(
    sent.text,
    "Grüße\n\nHello Bo, see this [https://example.com/a] and https://example.com/.\n\n * one\n * two",
  );
});

Deno.test("send --html makes a text of any length, and breaks its lines", async () => {
  const { exit, err, text = "" } = await send(["--html", "@a"], {
    files: { a: `<p>${"word ".repeat(50_000)}</p>` },
  });
  assertEquals([exit, text.split(/\s+/).length], [0, 50_000], err);
  assertEquals(text.split("\n").every((line) => line.length <= 76), true);
});

Deno.test("send --html --text '' sends the HTML alone", async () => {
  const { octets, html } = await send(["--html", "<p>x</p>", "--text", ""]);
  assertEquals(html, "<p>x</p>");
  assertEquals(octets.includes("multipart/"), false);
});

Deno.test("send --text keeps a text that looks like a file or standard input when it comes from a file", async () => {
  const { text } = await send(["--text", "@a"], { files: { a: "-" }, stdin: "not this" });
  assertEquals(text, "-");
});

for (const [priority, importance] of [["high", "high"], ["normal", "normal"], ["low", "low"]]) {
  Deno.test(`send --priority ${priority} says so`, async () => {
    const { octets } = await send(["--text", "x", "--priority", priority]);
    assertStringIncludes(octets, `\r\nImportance: ${importance}\r\n`);
  });
}

Deno.test("send --list-unsubscribe writes how to leave, and with --one-click that a POST is enough", async () => {
  const args = [
    "--text",
    "x",
    "--list-unsubscribe",
    "https://example.com/u?a=1",
    "--list-unsubscribe",
    "mailto:u@example.com",
  ];
  const plain = await send(args);
  assertMatch(
    plain.octets,
    /\r\nList-Unsubscribe: <https:\/\/example\.com\/u\?a=1>,\s<mailto:u@example\.com>\r\n/,
  );
  assertEquals(plain.octets.includes("List-Unsubscribe-Post"), false);
  const oneClick = await send([...args, "--one-click"]);
  assertStringIncludes(oneClick.octets, "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
});
