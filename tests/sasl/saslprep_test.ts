import { assertEquals, assertNotMatch, assertThrows } from "@std/assert";
import { saslprep } from "../../lib/sasl/saslprep.ts";

const stored = (text: string) => saslprep(text, { name: "password", use: "stored" });

Deno.test("saslprep() prepares the examples of RFC 4013 section 3", () => {
  assertEquals(stored("I\u00adX"), "IX");
  assertEquals(stored("user"), "user");
  assertEquals(stored("USER"), "USER");
  assertEquals(stored("\u00aa"), "a");
  assertEquals(stored("\u2168"), "IX");
  assertThrows(() => stored("\u0007"), TypeError, "section 2.3");
  assertThrows(() => stored("\u06271"), TypeError, "section 2.4");
});

Deno.test("saslprep() maps spaces to space and commonly ignored characters to nothing", () => {
  for (const space of "\u00a0\u1680\u2000\u200a\u200b\u202f\u205f\u3000") {
    assertEquals(stored(`a${space}b`), "a b");
  }
  for (const none of "\u00ad\u034f\u1806\u180b\u200c\u200d\u2060\ufe0f\ufeff") {
    assertEquals(stored(`a${none}b`), "ab");
  }
});

Deno.test("saslprep() composes and folds compatibility forms", () => {
  assertEquals(stored("e\u0301"), "\u00e9");
  assertEquals(stored("\uff50\uff41\uff53\uff53"), "pass");
  assertEquals(stored("\ufb01"), "fi");
});

Deno.test("saslprep() refuses a character of every prohibited table", () => {
  const prohibited = {
    "C.2.1": "\x00 \x1f \x7f",
    "C.2.2": "\x80 \x9f \u06dd \u070f \u180e \u2028 \u2029 \u2061 \u2063 \u206a \ufffc \u{1d173} \u{1d17a}",
    "C.3": "\ue000 \uf8ff \u{f0000} \u{10fffd}",
    "C.4": "\ufdd0 \ufdef \ufffe \uffff \u{1fffe} \u{10ffff}",
    "C.5": "\ud800 \udfff",
    "C.6": "\ufff9 \ufffd",
    "C.7": "\u2ff0 \u2ffb",
    "C.8": "\u200e \u200f \u202a \u202e \u206f",
    "C.9": "\u{e0001} \u{e0020} \u{e007f}",
  };
  for (const [table, characters] of Object.entries(prohibited)) {
    for (const character of characters.split(" ")) {
      assertThrows(() => stored(`a${character}b`), TypeError, "section 2.3", `table ${table}`);
    }
  }
});

Deno.test("saslprep() lets text run in one direction only", () => {
  assertEquals(stored("\u05e9\u05dc\u05d5\u05dd"), "\u05e9\u05dc\u05d5\u05dd");
  assertEquals(stored("\u0627"), "\u0627");
  assertEquals(stored("\u06271\u0628"), "\u06271\u0628");
  for (const mixed of ["\u0627a\u0628", "a\u0627", "\u05d0\u00e9\u05d0", "1\u05d0", "\u05d0!"]) {
    assertThrows(() => stored(mixed), TypeError, "section 2.4");
  }
});

Deno.test("saslprep() refuses unassigned characters in a stored string and lets them pass in a query", () => {
  assertThrows(() => stored("a\u0378"), TypeError, "section 2.5");
  assertEquals(saslprep("a\u0378", { name: "user", use: "query" }), "a\u0378");
});

Deno.test("saslprep() accepts a character that was assigned after Unicode 3.2", () => {
  assertEquals(stored("\u{1f511}key"), "\u{1f511}key");
});

Deno.test("saslprep() does not show the text that it refuses", () => {
  const error = assertThrows(() => stored("hunter2\u0007"), TypeError);
  assertEquals(
    error.message,
    "Cannot prepare the password: it contains a character that RFC 4013 section 2.3 prohibits",
  );
  assertNotMatch(error.message, /hunter2/);
});
