import { assertEquals, assertThrows } from "@std/assert";
import { toAsciiDomain } from "../../lib/message/domain.ts";

const LABEL_63 = "a".repeat(63);

for (
  const [domain, expected] of [
    ["example.com", "example.com"],
    ["Example.COM", "Example.COM"],
    ["localhost", "localhost"],
    ["a-b.3com.example", "a-b.3com.example"],
    ["4.example", "4.example"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["BÜCHER.Example", "xn--bcher-kva.example"],
    ["bu\u0308cher.example", "xn--bcher-kva.example"],
    ["faß.example", "xn--fa-hia.example"],
    ["例え.テスト", "xn--r8jz45g.xn--zckzah"],
    ["mail.пример.испытание", "mail.xn--e1afmkfd.xn--80akhbyknj4f"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    [`${LABEL_63}.example`, `${LABEL_63}.example`],
    ["[192.0.2.255]", "[192.0.2.255]"],
    ["[IPv6:::1]", "[IPv6:::1]"],
    ["[IPv6:2001:db8::192.0.2.1]", "[IPv6:2001:db8::192.0.2.1]"],
  ]
) {
  Deno.test(`toAsciiDomain() writes ${domain} as ${expected}`, () => {
    assertEquals(toAsciiDomain(domain), expected);
  });
}

for (
  const [what, domain] of [
    ["nothing", ""],
    ["a dot at the end", "example.com."],
    ["a dot at the start", ".example.com"],
    ["two dots", "a..example"],
    ["a hyphen at the start of a label", "-a.example"],
    ["a hyphen at the end of a label", "a-.example"],
    ["an underscore", "a_b.example"],
    ["a percent sign, which a URL decodes", "ex%61mple.com"],
    ["a percent sign beside other scripts", "b%C3%BCcher.例え"],
    ["a port", "example.com:25"],
    ["a path", "é/example.com"],
    ["user information", "é@example.com"],
    ["a label of 64 letters", `${LABEL_63}a.example`],
    ["a label too long in ASCII", `${"é".repeat(60)}.example`],
    ["more than 255 letters", `${`${LABEL_63}.`.repeat(4)}example`],
    ["more than 255 letters in ASCII", `${"ü.".repeat(100)}example`],
    ["an IPv4 address without brackets", "192.0.2.1"],
    ["a last label of digits", "example.1"],
    ["a hexadecimal last label", "0x7f.0x1"],
    ["full-width digits", "１２７.０.０.１"],
    ["a full-width last label of digits", "é.１"],
    ["an ideographic full stop", "a。example"],
    ["an ideographic full stop beside other scripts", "例え。テスト"],
    ["a full-width full stop", "bücher．example"],
    ["a half-width full stop", "bücher｡example"],
    ["an ideographic full stop at the end", "bücher。"],
    ["a full-width label that becomes ASCII", "ｅｘａｍｐｌｅ.com"],
    ["letters in circles", "ⓔxample.com"],
    ["a ligature that becomes ASCII", "ﬁ.example"],
    ["a sign that becomes a path", "℀.example"],
    ["a soft hyphen", "exam\u00adple.com"],
    ["a zero-width space", "exam\u200bple.com"],
    ["a label of nothing visible", "\u00ad.com"],
    ["a change of text direction", "\u202eabc.example"],
    ["a no-break space", "a\u00a0b.example"],
    ["a broken A-label", "xn--zzzz-.com"],
    ["an A-label that hides ASCII", "xn--example-.com"],
    ["an IPv4 literal with a number too large", "[192.0.2.256]"],
    ["an IPv4 literal with a leading zero", "[192.0.2.010]"],
    ["an IPv4 literal of three numbers", "[192.0.2]"],
    ["an IPv6 literal without its tag", "[2001:db8::1]"],
    ["an IPv6 literal with two gaps", "[IPv6:1::2::3]"],
    ["an IPv6 literal of nine groups", "[IPv6:1:2:3:4:5:6:7:8:9]"],
    ["an IPv6 literal with a zone", "[IPv6:fe80::1%25eth0]"],
    ["a literal with another tag", "[x400:abc]"],
    ["an empty literal", "[]"],
    ["text after a literal", "[192.0.2.1].example"],
  ]
) {
  Deno.test(`toAsciiDomain() refuses ${what}`, () => {
    assertThrows(() => toAsciiDomain(domain), SyntaxError);
  });
}
