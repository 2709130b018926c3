import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { compose } from "../../lib/message/compose.ts";
import { furtherFields } from "../../lib/message/further_fields.ts";
import type { Message } from "../../lib/message/message.ts";
import { rawOf } from "./samples.ts";

const SMALL: Message = { from: "ann@example.com", to: "bob@example.net" };

const WRITTEN: [string, Partial<Message>, string[]][] = [
  ["nothing", {}, []],
  ["what it answers", { inReplyTo: "<1@a.example>" }, ["In-Reply-To: <1@a.example>"]],
  ["a thread", { references: ["<1@a.example>", "<2@a.example> <3@a.example>"] }, [
    "References: <1@a.example> <2@a.example> <3@a.example>",
  ]],
  ["an empty thread", { references: [] }, []],
  ["keywords", { keywords: ["mail", "Grüße", "a, b"] }, [
    'Keywords: mail, =?UTF-8?B?R3LDvMOfZQ==?= , "a, b"',
  ]],
  ["comments", { comments: "für dich" }, ["Comments: =?UTF-8?B?ZsO8ciBkaWNo?="]],
  ["languages", { language: "de, en-GB" }, ["Content-Language: de, en-GB"]],
  ["a high priority", { priority: "high" }, [
    "Importance: high",
    "Priority: urgent",
    "X-Priority: 1 (Highest)",
  ]],
  ["a low priority", { priority: "low" }, [
    "Importance: low",
    "Priority: non-urgent",
    "X-Priority: 5 (Lowest)",
  ]],
  ["that a program wrote it", { autoSubmitted: "auto-generated" }, ["Auto-Submitted: auto-generated"]],
  ["who is told of the reading", { notifyRead: "Ann <ann@example.com>" }, [
    "Disposition-Notification-To: Ann <ann@example.com>",
  ]],
  ["a list", {
    list: {
      id: { name: "Nouvelles d'été", id: "news.example.com" },
      unsubscribe: ["https://example.com/u?a=1,2", "mailto:leave@example.com?subject=leave"],
      oneClick: true,
      subscribe: "mailto:join@example.com",
      help: "https://example.com/help",
      post: false,
      owner: "mailto:owner@example.com",
      archive: ["https://example.com/archive"],
    },
  }, [
    "List-ID: =?UTF-8?B?Tm91dmVsbGVzIGQnw6l0w6k=?= <news.example.com>",
    "List-Unsubscribe: <https://example.com/u?a=1%2C2>,\r\n <mailto:leave@example.com?subject=leave>",
    "List-Subscribe: <mailto:join@example.com>",
    "List-Help: <https://example.com/help>",
    "List-Post: NO",
    "List-Owner: <mailto:owner@example.com>",
    "List-Archive: <https://example.com/archive>",
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
  ]],
  ["a list with an identifier alone", { list: { id: "news.example.com" } }, ["List-ID: <news.example.com>"]],
  ["the caller's own", { headers: { "X-A": ["1", "2"], "List-Id": "<a.b>", "X-Empty": "" } }, [
    "X-A: 1",
    "X-A: 2",
    "List-Id: <a.b>",
  ]],
];

for (const [what, fields, expected] of WRITTEN) {
  Deno.test(`furtherFields() writes ${what}`, () => {
    assertEquals(furtherFields({ ...SMALL, ...fields }), expected);
  });
}

Deno.test("furtherFields() folds a long thread between its identifiers", () => {
  const references = Array.from({ length: 60 }, (_, i) => `<${i}${"x".repeat(i)}@example.com>`);
  const [field] = furtherFields({ ...SMALL, references });
  assertEquals(field.replaceAll("\r\n", ""), `References: ${references.join(" ")}`);
  assertEquals(field.split("\r\n").every((line) => line.length <= 78), true);
});

const CONTROL = "a\r\nBcc: eve@example.org";
const REFUSED: [string, Partial<Record<keyof Message, unknown>>, string][] = [
  [
    "what is no identifier",
    { inReplyTo: "1@a.example" },
    'field "inReplyTo" is "1@a.example", not "<left@right>"',
  ],
  ["an identifier with CR LF", { references: [`<1@a.example>${CONTROL}`] }, 'field "references"'],
  ["an identifier that is no string", { references: [7] }, 'field "references"'],
  ["a keyword with LF", { keywords: ["a\nb"] }, '"keywords" contains the control character U+000A'],
  ["comments with CR LF", { comments: CONTROL }, '"comments" contains the control character U+000D'],
  ["a language with a blank", { language: "plain English" }, '"language" is "plain English"'],
  ["a language with CR LF", { language: CONTROL }, '"language" contains the control character'],
  ["an unknown priority", { priority: "urgent" }, '"priority" is not "high", "normal" or "low"'],
  ["a priority that objects know", { priority: "constructor" }, '"priority"'],
  ["an unknown Auto-Submitted", { autoSubmitted: "yes" }, '"autoSubmitted" is not one of auto-generated'],
  ["a reader that cannot be read", { notifyRead: "ann" }, 'in field "notifyRead"'],
  ["a list's identifier without a dot", { list: { id: "news" } }, '"list.id" is "news"'],
  ["a list's identifier with CR LF", { list: { id: `a.b${CONTROL}` } }, '"list.id"'],
  ["a list's name with CR LF", { list: { id: { name: CONTROL, id: "a.b" } } }, '"list.id.name" contains'],
  [
    "a URL with a blank",
    { list: { help: "https://a.example/b c" } },
    '"list.help" is "https://a.example/b c"',
  ],
  ["a URL that breaks out", { list: { help: "https://a.example/>,<b" } }, '"list.help"'],
  ["a URL that is none", { list: { unsubscribe: "a.example" } }, '"list.unsubscribe" is "a.example"'],
  ["a URL that is not ASCII", { list: { help: "https://bücher.example/" } }, '"list.help"'],
  ["a URL of 901 characters", { list: { help: `https:${"x".repeat(895)}` } }, '"list.help"'],
  ["no URL", { list: { unsubscribe: [] } }, '"list.unsubscribe" holds no URL'],
  [
    "one click without an https URL",
    { list: { unsubscribe: "mailto:a@b.example", oneClick: true } },
    "https: URL",
  ],
  ["one click without a URL", { list: { oneClick: true } }, "https: URL"],
  ["a field of the caller's that is typed too", {
    references: "<1@a.example>",
    headers: { "REFERENCES": "<2@a.example>" },
  }, 'header "REFERENCES" in field "headers" is written by another field already'],
  ["a Resent field of the caller's", { headers: { "Resent-To": "a@b.example" } }, 'use "resent"'],
];

for (const [what, fields, said] of REFUSED) {
  Deno.test(`furtherFields() refuses ${what}`, () => {
    const error = assertThrows(
      () => furtherFields({ ...SMALL, ...fields } as unknown as Message),
      Error,
      said,
    );
    assertMatch(error.message, /^Cannot (?:compose message|read address)[^\r\n]*$/);
  });
}

Deno.test("compose() writes the blocks of a message that is passed on, the latest first and for its envelope", async () => {
  const { content, forwardPaths, reversePath } = compose({
    ...SMALL,
    resent: [
      {
        from: "cy@example.com",
        to: "di@example.net",
        bcc: "ed@example.net",
        date: new Date(0),
        messageId: "<2@c>",
      },
      {
        from: "bob@example.net, x@example.net",
        sender: "bob@example.net",
        cc: "cy@example.com",
        messageId: "<1@b>",
      },
    ],
  });
  assertEquals([reversePath, forwardPaths], ["cy@example.com", ["di@example.net", "ed@example.net"]]);
  const fields = (await rawOf(content)).split("\r\n").slice(0, 10);
  assertMatch(fields[0], /^Resent-Date: .* 1970 /);
  assertMatch(fields[4], /^Resent-Date: /);
  assertEquals(fields.filter((field) => !field.startsWith("Resent-Date")), [
    "Resent-From: cy@example.com",
    "Resent-To: di@example.net",
    "Resent-Message-ID: <2@c>",
    "Resent-From: bob@example.net, x@example.net",
    "Resent-Sender: bob@example.net",
    "Resent-Cc: cy@example.com",
    "Resent-Message-ID: <1@b>",
    "From: ann@example.com",
  ]);
});

for (
  const [what, resent, said] of [
    ["nobody", { to: "a@b.example" }, 'field "resent[0].from" is empty'],
    ["nobody to pass it on to", { from: "a@b.example" }, '"resent[0].to", "resent[0].cc" and'],
    ["a malformed address", { from: "a@b.example", to: "c" }, 'in field "resent[0].to"'],
    [
      "a malformed identifier",
      { from: "a@b.example", to: "c@d.example", messageId: "1" },
      '"resent[0].messageId"',
    ],
    ["a wrong date", { from: "a@b.example", to: "c@d.example", date: 7 }, '"resent[0].date" is no Date'],
  ] as const
) {
  Deno.test(`compose() refuses a message passed on by or with ${what}`, () => {
    assertThrows(() => compose({ ...SMALL, resent } as unknown as Message), Error, said);
  });
}
