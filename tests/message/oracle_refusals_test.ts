/** What nobody may write into a message: control characters in a header, wherever they come from. */

import { assert, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compose } from "../../lib/message/compose.ts";
import type { Attachment } from "../../lib/message/attachment.ts";
import type { Message } from "../../lib/message/message.ts";
import { assertReadBack } from "./oracle.ts";
import { headerText } from "./oracle_messages.ts";

const LETTER: Message = { from: "ann@example.com", to: "bo@example.org", text: "x" };

const PERSON = { address: "cy@example.com" };

const attached = (fields: object): Message => ({
  ...LETTER,
  attachments: [{ content: "x", ...fields } as Attachment],
});

/** Each place where text comes into a header, by the name that an error gives it. */
const PLACES: Readonly<Record<string, (text: string) => Message>> = {
  'field "subject"': (subject) => ({ ...LETTER, subject }),
  'field "comments"': (comments) => ({ ...LETTER, comments }),
  'field "keywords"': (word) => ({ ...LETTER, keywords: ["x", word] }),
  'field "language"': (language) => ({ ...LETTER, language }),
  'field "headers["X-A"]"': (value) => ({ ...LETTER, headers: { "X-A": ["x", value] } }),
  "is no header name": (name) => ({ ...LETTER, headers: { [name]: "x" } }),
  'field "messageId"': (messageId) => ({ ...LETTER, messageId }),
  'field "inReplyTo"': (inReplyTo) => ({ ...LETTER, inReplyTo }),
  'field "references"': (id) => ({ ...LETTER, references: ["<a@b>", id] }),
  'field "from"': (name) => ({ ...LETTER, from: { ...PERSON, name } }),
  'field "sender"': (name) => ({ ...LETTER, sender: { ...PERSON, name } }),
  'field "to"': (name) => ({ ...LETTER, to: ["x@example.com", { ...PERSON, name }] }),
  'field "cc"': (name) => ({ ...LETTER, cc: { name, members: [PERSON] } }),
  'field "bcc"': (name) => ({ ...LETTER, bcc: { name: "x", members: [{ ...PERSON, name }] } }),
  'field "replyTo"': (address) => ({ ...LETTER, replyTo: { address } }),
  'field "notifyRead"': (address) => ({ ...LETTER, notifyRead: { name: "x", address } }),
  'field "list.id"': (id) => ({ ...LETTER, list: { id } }),
  'field "list.id.name"': (name) => ({ ...LETTER, list: { id: { name, id: "a.b" } } }),
  'field "list.unsubscribe"': (url) => ({ ...LETTER, list: { unsubscribe: ["https://x.example/", url] } }),
  'field "list.post"': (post) => ({ ...LETTER, list: { post } }),
  'field "calendar.method"': (method) => ({
    ...LETTER,
    calendar: { content: "BEGIN:VCALENDAR\r\n", method: method as "REQUEST" },
  }),
  'field "attachments[0].filename"': (filename) => attached({ filename }),
  'field "attachments[0].type"': (type) => attached({ type: `text/csv; x="${type}"` }),
  'field "attachments[0].contentId"': (contentId) => attached({ contentId }),
  'field "attachments[0].description"': (description) => attached({ description }),
  'field "attachments[0].disposition"': (disposition) => attached({ disposition }),
  'field "resent[0].to"': (name) => ({
    ...LETTER,
    resent: { from: "x@example.com", to: { ...PERSON, name } },
  }),
  'field "resent[0].messageId"': (messageId) => ({
    ...LETTER,
    resent: { from: "x@example.com", to: PERSON, messageId },
  }),
  'field "priority"': (priority) => ({ ...LETTER, priority: priority as "high" }),
  'field "autoSubmitted"': (value) => ({ ...LETTER, autoSubmitted: value as "no" }),
  'field "transfer"': (transfer) => ({ ...LETTER, transfer: transfer as "7bit" }),
};

/** C0, DEL, C1 and what Unicode has for line ends. A tab is white space between identifiers. */
const control = fc.oneof(
  fc.constantFrom("\r\n", "\r", "\n", "\0", "\r\nBcc: eve@example.net", "\r\n\r\n", "\r\n x", "\n x"),
  fc.constantFrom(...Array.from({ length: 0xa0 }, (_, i) => String.fromCharCode(i))).filter((c) =>
    /[^\t\P{Cc}]/u.test(c)
  ),
  fc.constantFrom("\u2028", "\u2029"),
);

const anywhere = fc.tuple(
  fc.oneof(headerText, fc.constantFrom("", "<a@b>", "a.b", "high", "https://x.example/")),
  control,
  fc.oneof(headerText, fc.constant("")),
)
  .map((parts) => parts.join(""));

const anything = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "binary-ascii" }),
  headerText,
  anywhere,
);

for (const [place, write] of Object.entries(PLACES)) {
  Deno.test(`compose() refuses a control character anywhere in ${place}`, () => {
    fc.assert(
      fc.property(anywhere, (text) => {
        const error = assertThrows(() => compose(write(text)), Error);
        assert(error instanceof TypeError || error instanceof SyntaxError, `${error}`);
        assert(error.message.startsWith("Cannot ") && error.message.includes(place), error.message);
        // deno-lint-ignore no-control-regex -- control characters are what is looked for
        assert(!/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(error.message), "the error repeats it");
      }),
      { numRuns: 100 },
    );
  });

  Deno.test(`compose() refuses half of a surrogate pair in ${place}`, () => {
    for (const text of ["\ud800", "a\udc00b", "\udc00\ud800"]) {
      const error = assertThrows(() => compose(write(text)), Error, place);
      assert(error instanceof TypeError || error instanceof SyntaxError, `${error}`);
    }
  });

  Deno.test(`compose() writes ${place} so that nothing else is read, or refuses it`, async () => {
    await fc.assert(fc.asyncProperty(anything, (text) => assertReadBackOrRefused(write(text))), {
      numRuns: 25,
    });
  });
}

Deno.test("compose() writes addresses in one text so that nothing else is read, or refuses them", async () => {
  const marks = '@|<|>|"|,|;|:|(|)|\\| |\r\n |\t|=?|.|a|é'.split("|");
  const pieces = fc.constantFrom(...marks, "Ann ", "b.example", "c@d.example", "<e@f.example>", '"x y"');
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 16 }).map((parts) => parts.join("")),
    anything.map((text) => `"${text}" <a@b.example>, c@d.example`),
    anything.map((text) => `${text}: a@b.example, "c" <c@d.example>;`),
    anything.map((text) => `a@b.example (${text})`),
  );
  await fc.assert(fc.asyncProperty(texts, (to) => assertReadBackOrRefused({ ...LETTER, to })), {
    numRuns: 300,
  });
});

async function assertReadBackOrRefused(message: Message): Promise<void> {
  try {
    compose(message);
  } catch (error) {
    assert(error instanceof TypeError || error instanceof SyntaxError, `${error}`);
    return;
  }
  await assertReadBack(message);
}

for (const name of ["Content-Disposition", "Content-ID", "content-description", "Content-Type", "Bcc"]) {
  Deno.test(`compose() refuses ${name} as a further field, which the body would have twice`, () => {
    const error = assertThrows(
      () => compose({ ...attached({ contentId: "x" }), headers: { [name]: "x" } }),
      TypeError,
    );
    assert(error.message.includes(`header "${name}" in field "headers"`), error.message);
  });
}
