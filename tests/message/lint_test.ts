import { assert, assertEquals, assertMatch } from "@std/assert";
import { lintMessage, readParts } from "../../lib/message/lint/lint.ts";

const now = new Date("2026-11-24T08:05:00Z");
const encoder = new TextEncoder();

const FIELDS = [
  "From: Ann <ann@example.com>",
  "To: bo@example.org",
  "Subject: Hello",
  "Date: Tue, 24 Nov 2026 09:05:00 +0100",
  "Message-ID: <1@example.com>",
];

/** Octets of text; each character is one octet. */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

function lint(text: string) {
  return lintMessage(latin1(text), { now });
}

/** A good message with fields changed by name (an empty one is left out), others added, and this body. */
function message(
  changes: Record<string, string> = {},
  body = "Hello\r\n",
  more: readonly string[] = [],
): string {
  const fields = FIELDS.map((field) => {
    const [name] = field.split(":");
    return name in changes ? changes[name] && `${name}: ${changes[name]}` : field;
  });
  return [...fields.filter(Boolean), ...more].join("\r\n") + `\r\n\r\n${body}`;
}

/** A message of parts, each given as header lines, an empty line and a body. */
function multipart(type: string, parts: readonly string[], end = "--b--\r\n"): string {
  const body = parts.map((part) => `--b\r\n${part}\r\n`).join("");
  return message({}, body + end, ["MIME-Version: 1.0", `Content-Type: ${type}; boundary=b`]);
}

function typed(type: string, encoding: string, body: string): string {
  const fields = ["MIME-Version: 1.0", `Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`];
  return message({}, body, fields);
}

const HTML = "Content-Type: text/html\r\n\r\n<p>Hello";
const PLAIN = "Content-Type: text/plain\r\n\r\nHello";

const good: Record<string, string> = {
  "a plain message": message(),
  "a message without a body": message({}, ""),
  "both texts": multipart("multipart/alternative", [PLAIN, HTML]),
  "an attachment": multipart("multipart/mixed", [
    PLAIN,
    "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n" +
    "Content-Disposition: attachment; filename=a.pdf\r\n\r\nJVBERi0xLjQK\r\nJQ==",
  ]),
  "a message in a message": multipart("multipart/mixed", [
    PLAIN,
    `Content-Type: message/rfc822\r\n\r\n${
      multipart("multipart/alternative", [PLAIN, HTML]).replaceAll("=b", "=c").replaceAll("--b", "--c")
    }`,
  ]),
  "an old date with its zone's name": message({ Date: "24 Nov 26 08:05 GMT (here)" }),
  "8-bit text that says so": typed("text/plain; charset=utf-8", "8bit", "Gr\xc3\xbc\xc3\x9fe\r\n"),
  "quoted-printable": typed("text/plain; charset=utf-8", "quoted-printable", "a=3D=C3=BC= \r\nb=\r\n"),
  "an address that needs SMTPUTF8": message({ From: "J\xc3\xb6 <j\xc3\xb6@example.com>" }),
  "hidden recipients": message({ To: "undisclosed-recipients:;" }),
  "several authors and a sender": message({ From: "a@example.com, b@example.com" }, "x\r\n", [
    "Sender: a@example.com",
  ]),
  "a list that can be left": message({}, "x\r\n", [
    "List-ID: <l.example.com>",
    "List-Unsubscribe: <mailto:l@example.com>",
  ]),
  "an address folded": message({ To: "bo@example.org,\r\n cy@example.org" }),
};

for (const [what, text] of Object.entries(good)) {
  Deno.test(`lintMessage() has nothing to say against ${what}`, () => assertEquals(lint(text), []));
}

const bad: [string, string, string, "error" | "warning", number?][] = [
  ["nothing", "", "header.missing", "error"],
  ["a text that is no message", "Hello Bo,\n\nhow are you?\n", "header.missing", "error"],
  ["no From", message({ From: "" }), "from.missing", "error"],
  ["no Date", message({ Date: "" }), "date.missing", "error"],
  ["no Message-ID", message({ "Message-ID": "" }), "message_id.missing", "warning"],
  ["no To", message({ To: "" }), "to.missing", "warning"],
  ["no Subject", message({ Subject: "" }), "subject.missing", "warning"],
  ["an empty Subject", message({ Subject: " " }), "subject.missing", "warning"],
  [
    "several authors and no sender",
    message({ From: "a@example.com, b@example.com" }),
    "sender.missing",
    "error",
    1,
  ],
  ["From twice", message({}, "", ["From: eve@example.com"]), "header.repeated", "error", 6],
  ["to twice", message({}, "", ["to: eve@example.com"]), "header.repeated", "error", 6],
  ["a malformed recipient", message({ To: "bo" }), "address.malformed", "error", 2],
  ["a malformed author", message({ From: "ann@@example.com" }), "address.malformed", "error", 1],
  ["an empty Cc", message({}, "", ["Cc:"]), "address.malformed", "error", 6],
  ["Bcc", message({}, "", ["Bcc: cy@example.org"]), "bcc.present", "error", 6],
  ["Resent-Bcc", message({}, "", ["Resent-Bcc: cy@example.org"]), "bcc.present", "error", 6],
  ["a date in words", message({ Date: "yesterday" }), "date.malformed", "warning", 4],
  [
    "a date that is none",
    message({ Date: "Tue, 31 Feb 2026 09:05:00 +0100" }),
    "date.malformed",
    "warning",
    4,
  ],
  ["an hour that is none", message({ Date: "24 Nov 2026 24:05:00 +0100" }), "date.malformed", "warning", 4],
  ["a date of last year", message({ Date: "Mon, 24 Nov 2025 09:05:00 +0100" }), "date.far", "warning", 4],
  ["a date of next year", message({ Date: "Wed, 24 Nov 2027 09:05:00 +0100" }), "date.far", "warning", 4],
  [
    "an identifier without brackets",
    message({ "Message-ID": "1@example.com" }),
    "message_id.malformed",
    "warning",
    5,
  ],
  ["a line of 999 octets", message({}, `${"x".repeat(999)}\r\n`), "line.too_long", "error", 7],
  ["a long line without an end", message({}, "x".repeat(999)), "line.too_long", "error", 7],
  ["a bare CR", message({}, "a\rb\r\n"), "line.bare_cr", "error", 7],
  ["a bare LF among CRLF", message({}, "a\nb\r\n"), "line.bare_lf", "error", 7],
  ["LF alone", message().replaceAll("\r\n", "\n"), "line.bare_lf", "warning"],
  ["NUL", message({}, "a\0b\r\n"), "octet.nul", "error", 7],
  ["UTF-8 in a header", message({ Subject: "Gr\xc3\xbc\xc3\x9fe" }), "header.eight_bit", "error", 3],
  ["Latin-1 in a header", message({ Subject: "Gr\xfc\xdfe" }), "header.eight_bit", "error", 3],
  [
    "Latin-1 beside an address that needs SMTPUTF8",
    message({ From: "j\xc3\xb6@example.com", Subject: "\xfc" }),
    "header.eight_bit",
    "error",
    3,
  ],
  [
    "UTF-8 in the header of a part",
    multipart("multipart/mixed", [PLAIN, "Content-Disposition: attachment; filename=\xc3\xbc\r\n\r\nx"]),
    "header.eight_bit",
    "error",
    14,
  ],
  [
    "8-bit text that does not say so",
    message({}, "Hello\r\nGr\xc3\xbc\xc3\x9fe\r\n"),
    "body.eight_bit",
    "error",
    8,
  ],
  [
    "8-bit text without a charset",
    typed("text/plain", "8bit", "Gr\xc3\xbc\xc3\x9fe\r\n"),
    "text.no_charset",
    "warning",
    10,
  ],
  ["a line that is no field", message({}, "", ["nonsense"]), "header.malformed", "error", 6],
  ["the first line of a mailbox file", `From ann Tue Nov 24\r\n${message()}`, "mbox.from_line", "warning", 1],
  [
    "a type without MIME-Version",
    message({}, "", ["Content-Type: text/plain"]),
    "mime.no_version",
    "warning",
    6,
  ],
  ["a malformed type", typed("text plain", "7bit", "x\r\n"), "mime.type_malformed", "error", 7],
  [
    "a parameter twice",
    typed("text/plain; charset=a; charset=b", "7bit", "x\r\n"),
    "mime.type_malformed",
    "error",
    7,
  ],
  ["an unknown encoding", typed("text/plain", "x-uuencode", "x\r\n"), "mime.encoding_unknown", "error", 1],
  ["binary", typed("application/zip", "binary", "PK\r\n"), "mime.binary", "warning", 1],
  [
    "a multipart without a boundary",
    typed("multipart/mixed", "7bit", "x\r\n"),
    "multipart.no_boundary",
    "error",
    1,
  ],
  [
    "an encoded multipart",
    typed("multipart/mixed; boundary=b", "base64", "LS1i\r\n"),
    "mime.encoding_forbidden",
    "error",
    1,
  ],
  ["a multipart without parts", multipart("multipart/mixed", [], ""), "multipart.empty", "error", 1],
  [
    "a multipart that does not end",
    multipart("multipart/mixed", [PLAIN], ""),
    "multipart.unterminated",
    "error",
    1,
  ],
  [
    "an inner multipart that ends with the outer one",
    multipart("multipart/mixed", [`Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n${PLAIN}`]),
    "multipart.unterminated",
    "error",
    10,
  ],
  [
    "an encoded message",
    multipart("multipart/mixed", [
      PLAIN,
      "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nQTog",
    ]),
    "mime.encoding_forbidden",
    "error",
    14,
  ],
  [
    "base64 with a strange octet",
    typed("image/png", "base64", "iVBO\r\nRw!=\r\n"),
    "base64.malformed",
    "error",
    11,
  ],
  ["base64 cut off", typed("image/png", "base64", "iVBORw0\r\n"), "base64.malformed", "error", 11],
  [
    "base64 that goes on behind its end",
    typed("image/png", "base64", "iVBORw==\r\niVBO\r\n"),
    "base64.malformed",
    "error",
    11,
  ],
  [
    "a stray equal sign",
    typed("text/plain", "quoted-printable", "a\r\n1=x\r\n"),
    "quoted_printable.malformed",
    "error",
    11,
  ],
  [
    "8-bit in quoted-printable",
    typed("text/plain", "quoted-printable", "\xfc\r\n"),
    "quoted_printable.malformed",
    "error",
    10,
  ],
  ["HTML alone", multipart("multipart/mixed", [HTML]), "html.alone", "warning", 10],
  [
    "HTML beside a text that is a file",
    multipart("multipart/mixed", [HTML, `Content-Disposition: attachment\r\n${PLAIN}`]),
    "html.alone",
    "warning",
    10,
  ],
  [
    "bulk mail that cannot be left",
    message({}, "", ["Precedence: bulk"]),
    "bulk.no_unsubscribe",
    "warning",
    6,
  ],
  [
    "a list that cannot be left",
    message({}, "", ["List-Id: <l.example.com>"]),
    "bulk.no_unsubscribe",
    "warning",
    6,
  ],
  [
    "a signature with l=",
    message({}, "", ["DKIM-Signature: v=1; l=12; b=x"]),
    "signature.length",
    "warning",
    6,
  ],
  [
    "a program",
    multipart("multipart/mixed", [PLAIN, 'Content-Disposition: attachment; filename="a.pdf.EXE"\r\n\r\nx']),
    "attachment.dangerous",
    "warning",
    14,
  ],
  [
    "a program by RFC 2231",
    multipart("multipart/mixed", [
      PLAIN,
      "Content-Disposition: attachment; filename*0*=UTF-8''%C3%A4.e; filename*1=xe\r\n\r\nx",
    ]),
    "attachment.dangerous",
    "warning",
    14,
  ],
  [
    "a program by its type",
    multipart("multipart/mixed", [PLAIN, "Content-Type: application/x-msdownload\r\n\r\nx"]),
    "attachment.dangerous",
    "warning",
    14,
  ],
];

for (const [what, text, code, level, line] of bad) {
  Deno.test(`lintMessage() finds ${what}`, () => {
    const found = lint(text);
    const one = found.find((finding) => finding.code === code);
    assertEquals([one?.level, one?.line], [level, line], JSON.stringify(found));
    for (const finding of found) {
      assertMatch(finding.message, /^[A-Z0-9"]/);
      assertMatch(finding.hint, /^[A-Z].*\.$/);
      // deno-lint-ignore no-control-regex -- control characters are what is looked for
      assert(!/[\x00-\x1f\x7f-\x9f]/.test(finding.message), finding.message);
    }
  });
}

Deno.test("lintMessage() tells errors first, and of one kind the first ten", () => {
  const found = lint(message({ Subject: "" }, "", Array(20).fill("nonsense")));
  assertEquals(found.map(({ level }) => level), [...Array(10).fill("error"), "warning"]);
  assertEquals(found.map(({ line }) => line), [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, undefined]);
});

const parts = 100_000;
const hostile: Record<string, string> = {
  "lines like delimiters": multipart("multipart/mixed", [PLAIN]) + "--c\r\n".repeat(parts),
  "many parts": multipart("multipart/mixed", Array(parts).fill("\r\nx")),
  "parts in parts": message({}, "", ["Content-Type: multipart/mixed; boundary=0"]) +
    Array.from(
      { length: parts },
      (_, i) => `--${i}\r\nContent-Type: multipart/mixed; boundary=${i + 1}\r\n\r\n`,
    ).join(""),
  "messages in messages": message() + "Content-Type: message/rfc822\r\n\r\n".repeat(parts),
  "one long field": message({ To: "a@b,".repeat(parts) }),
  "a field folded many times": message({ Subject: "x\r\n ".repeat(parts) + "x" }),
  "an open comment many times": message({}, "", ["Content-Type: " + "a/b;(".repeat(parts)]),
  "an open quotation mark": message({}, "", [`Content-Type: a/b; c="${"\\x".repeat(parts)}`]),
  "equal signs": typed("text/plain", "quoted-printable", "= ".repeat(parts)),
  "a parameter in many pieces": message({}, "", [
    `Content-Disposition: x;${Array.from({ length: parts }, (_, i) => `filename*${i}*=a`).join(";")}`,
  ]),
};

for (const [what, text] of Object.entries(hostile)) {
  Deno.test(`lintMessage() takes no longer than it should over ${what}`, () => {
    const octets = latin1(text);
    const start = performance.now();
    lintMessage(octets);
    // In quadratic time it would be minutes.
    assert(performance.now() - start < 2_000);
  });
}

Deno.test("readParts() says where each part is, what it holds and how deep it lies", () => {
  const text = multipart("multipart/mixed", [
    PLAIN,
    "Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nInner",
  ]);
  const found = readParts(encoder.encode(text));
  assertEquals(found.map(({ type, depth, holds }) => `${depth} ${type.value} ${holds}`), [
    "0 multipart/mixed parts",
    "1 text/plain octets",
    "1 message/rfc822 message",
    "2 text/plain octets",
  ]);
  const body = ({ bodyStart, end }: typeof found[number]) => text.slice(bodyStart, end);
  assertEquals([body(found[1]), body(found[3])], ["Hello", "Inner"]);
  assertEquals(found[0].closed, true);
});

Deno.test("readParts() keeps the line end of a header that a delimiter follows", () => {
  const found = readParts(encoder.encode(multipart("multipart/mixed", ["", "\r\nx"])));
  assertEquals(found.slice(1).map(({ bodyStart, end }) => end - bodyStart), [0, 1]);
});
