import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ENHANCED_ADVICE, ENHANCED_MEANINGS } from "../../lib/advice/enhanced_codes.ts";
import { explain } from "../../lib/advice/explain.ts";

const LISTED = [
  211,
  214,
  220,
  221,
  235,
  250,
  251,
  252,
  334,
  354,
  421,
  432,
  450,
  451,
  452,
  454,
  455,
  500,
  501,
  502,
  503,
]
  .concat([504, 521, 523, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555, 556]);
const UNLISTED = /^(?:the command was carried out|the server waits for more|refused for)/;

for (const code of LISTED) {
  Deno.test(`explain() knows ${code}`, () => {
    const { meaning, advice } = explain(code);
    assertEquals(UNLISTED.test(meaning), false, meaning);
    assertEquals(/^[A-Z].*\.$/.test(advice), true, advice);
  });
}

Deno.test("explain() tells the kind by the first digit", () => {
  const kinds = [250, 354, 450, 550].map((code) => explain(code).kind);
  assertEquals(kinds, ["success", "more", "try later", "permanent"]);
});

Deno.test("explain() explains a code that is not listed by its digits", () => {
  assertEquals(explain(259).meaning, "the command was carried out; it is about the mail system");
  assertEquals(explain(399).meaning, "the server waits for more");
  assertEquals(explain(436).meaning, "refused for the time being; it is about authentication or encryption");
  assertEquals(explain(526).meaning, "refused for good; it is about the connection");
  assertStringIncludes(explain(597).advice, "Change something");
});

Deno.test("explain() leaves out what was not asked", () => {
  assertEquals("enhanced" in explain(550), false);
});

Deno.test("explain() knows every registered enhanced code, in every class", () => {
  // X.0 to X.7 of RFC 3463 and what came later, less the subject numbers themselves.
  const details = { 0: 0, 1: 10, 2: 4, 3: 6, 4: 7, 5: 6, 6: 10, 7: 30 };
  const expected = Object.entries(details).flatMap(([subject, last]) =>
    Array.from({ length: last + 1 }, (_, detail) => `${subject}.${detail}`)
  );
  assertEquals(Object.keys(ENHANCED_MEANINGS).toSorted(), expected.toSorted());
  for (const key of expected) {
    for (const [code, digit] of [[250, 2], [450, 4], [550, 5]]) {
      assertEquals(explain(code, `${digit}.${key}`).enhanced?.meaning, ENHANCED_MEANINGS[key]);
    }
  }
});

Deno.test("explain() advises on no enhanced code that has no meaning", () => {
  assertEquals(Object.keys(ENHANCED_ADVICE).filter((key) => !(key in ENHANCED_MEANINGS)), []);
});

Deno.test("explain() gives the advice of an enhanced code where there is one", () => {
  assertEquals(explain(550, "5.7.20").enhanced, {
    code: "5.7.20",
    meaning: "the message has no valid DKIM signature",
    advice: "Sign with DKIM.",
  });
  assertEquals("advice" in explain(550, "5.7.0").enhanced!, false);
});

Deno.test("explain() explains an enhanced code that is not listed by its subject", () => {
  assertEquals(explain(535, "5.7.139").enhanced?.meaning, "security or policy; the detail is not registered");
  assertStringIncludes(explain(550, "5.999.1").enhanced!.meaning, "something unregistered");
});

for (const code of [199, 600, 0, -250, 250.5, NaN, Infinity]) {
  Deno.test(`explain() refuses the code ${code}`, () => {
    assertThrows(() => explain(code), RangeError, `Cannot explain code ${code}:`);
  });
}

for (const enhanced of ["", "5.1", "5.1.1.1", "3.1.1", "5.1.1000", "5.1.1 ", "5.a.1", "５.1.1"]) {
  Deno.test(`explain() refuses the enhanced code "${enhanced}"`, () => {
    assertThrows(() => explain(550, enhanced), SyntaxError, `Cannot explain enhanced code "${enhanced}":`);
  });
}

Deno.test("explain() refuses an enhanced code of another class than the code", () => {
  assertThrows(
    () => explain(550, "4.1.1"),
    SyntaxError,
    'Cannot explain 550 with "4.1.1": their first digits differ',
  );
  assertThrows(() => explain(354, "2.0.0"), SyntaxError);
});
