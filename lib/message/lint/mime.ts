import { scanBody } from "./encoding.ts";
import type { Findings } from "./finding.ts";
import { fieldOf, type MessagePart } from "./parts.ts";
import { quoted } from "../text.ts";

/** RFC 2045 section 6.1. */
const ENCODINGS = ["7bit", "8bit", "binary", "base64", "quoted-printable"];

/** Programs, and files that start some: what large providers refuse by name. */
const DANGEROUS =
  /\.(?:ade|adp|apk|app|appx|bat|cab|chm|cmd|com|cpl|dll|dmg|exe|hta|ins|isp|iso|jar|jse?|lnk|mde|msc|msix?|msp|mst|pif|ps1|reg|scf|scr|sct|shb|sys|vbe?|vbs|vhdx?|vxd|wsc|wsf|wsh|xll)[. ]*$/i;

const DANGEROUS_TYPE =
  /^application\/(?:x-msdownload|x-msdos-program|x-ms-installer|x-msi|x-dosexec|vnd\.microsoft\.portable-executable|java-archive|hta)$/;

/**
 * Checks the body of a message: its parts, their encodings, and what comes with it (RFC 2045, RFC 2046).
 *
 * @param parts The message and its parts.
 * @param octets The message.
 * @param findings Receives what is found.
 */
export function lintMime(parts: readonly MessagePart[], octets: Uint8Array, findings: Findings): void {
  const [message] = parts;
  const declared = fieldOf(message, "content-type") ?? fieldOf(message, "content-transfer-encoding");
  if (declared && !fieldOf(message, "mime-version")) {
    findings.warn(
      "mime.no_version",
      `There is ${declared.name} without MIME-Version: some readers then show the parts as text`,
      "Add MIME-Version: 1.0.",
      declared.line,
    );
  }
  for (const part of parts) {
    lintType(part, findings);
    if (part.type.value.startsWith("multipart/")) lintMultipart(part, findings);
    else if (part.holds === "octets") lintLeaf(part, octets, findings);
    if (part.parent) lintFields(part, findings);
    lintAttachment(part, findings);
  }
  lintAlternative(parts, findings);
}

function lintType({ type, line, fields }: MessagePart, findings: Findings): void {
  if (!type.malformed) return;
  const field = fields.find(({ name }) => /^content-type$/i.test(name));
  findings.error(
    "mime.type_malformed",
    `Content-Type cannot be read: ${quoted(field?.text ?? "")}; readers guess, or show the part as text`,
    "Write it as in text/plain; charset=utf-8, values with other signs in quotation marks.",
    field?.line ?? line,
  );
}

function lintMultipart(
  { type, encoding, holds, parts, closed, line }: MessagePart,
  findings: Findings,
): void {
  if (!["7bit", "8bit", "binary"].includes(encoding)) {
    findings.error(
      "mime.encoding_forbidden",
      `The part ${quoted(type.value)} is encoded with ${quoted(encoding)}: readers do not find its parts`,
      "Encode the parts, not the whole (RFC 2045 section 6.4).",
      line,
    );
  } else if (!type.parameters.get("boundary")) {
    findings.error(
      "multipart.no_boundary",
      `The part ${quoted(type.value)} has no boundary: readers do not find its parts`,
      'Add the parameter boundary="..." to Content-Type.',
      line,
    );
  } else if (holds === "parts" && parts === 0) {
    findings.error(
      "multipart.empty",
      `The part ${quoted(type.value)} has no parts: no line is "--" and its boundary`,
      "Begin each part with such a line, and end the last with one more and -- behind it.",
      line,
    );
  } else if (holds === "parts" && !closed) {
    findings.error(
      "multipart.unterminated",
      `The part ${quoted(type.value)} does not end: the message may be cut off`,
      'End it with the line "--", its boundary, "--".',
      line,
    );
  }
}

function lintLeaf(part: MessagePart, octets: Uint8Array, findings: Findings): void {
  const { type, encoding, bodyLine, line } = part;
  if (!ENCODINGS.includes(encoding)) {
    findings.error(
      "mime.encoding_unknown",
      `Content-Transfer-Encoding is ${quoted(encoding)}: readers cannot undo it`,
      `Use one of ${ENCODINGS.join(", ")}.`,
      line,
    );
    return;
  }
  if (type.value.startsWith("message/") && type.value !== "message/global" && isEncoded(encoding)) {
    findings.error(
      "mime.encoding_forbidden",
      `The part ${quoted(type.value)} is encoded with ${encoding}: readers show it as a file, if at all`,
      "Attach the message as it is (RFC 2046 section 5.2.1).",
      line,
    );
  }
  const { fault, eightBit } = scanBody(octets.subarray(part.bodyStart, part.end), encoding, bodyLine);
  if (fault) {
    findings.error(
      encoding === "base64" ? "base64.malformed" : "quoted_printable.malformed",
      `The ${encoding} of the part ${
        quoted(type.value)
      } has ${fault.found}: readers cannot undo it, or lose a part`,
      "Encode the part anew.",
      fault.line,
    );
  }
  if (eightBit !== undefined && encoding === "7bit") {
    findings.error(
      "body.eight_bit",
      `The part ${
        quoted(type.value)
      } has octets above 127 and does not say so: servers cut them to 7 bits or refuse`,
      "Encode it with quoted-printable or base64, or declare Content-Transfer-Encoding: 8bit.",
      eightBit,
    );
  } else if (eightBit !== undefined && type.value.startsWith("text/") && !type.parameters.has("charset")) {
    findings.warn(
      "text.no_charset",
      `The part ${quoted(type.value)} has octets above 127 and no charset: readers guess what they mean`,
      "Add charset=utf-8 to Content-Type.",
      eightBit,
    );
  }
  if (encoding === "binary") {
    findings.warn(
      "mime.binary",
      `The part ${quoted(type.value)} is binary: few servers take it (BINARYMIME)`,
      "Encode it with base64.",
      line,
    );
  }
}

function isEncoded(encoding: string): boolean {
  return encoding === "base64" || encoding === "quoted-printable";
}

/** What the header of a part must not have. */
function lintFields({ fields }: MessagePart, findings: Findings): void {
  const found = fields.find(({ text }) => /[\u0080-\uffff]/.test(text));
  if (!found) return;
  findings.error(
    "header.eight_bit",
    `${
      found.name ? `The field ${quoted(found.name)}` : "The header"
    } of a part has octets above 127: readers guess what they mean`,
    "Write a file name by RFC 2231, other text as encoded words (RFC 2047).",
    found.line,
  );
}

function lintAttachment({ type, filename = "", line }: MessagePart, findings: Findings): void {
  if (!DANGEROUS.test(filename) && !DANGEROUS_TYPE.test(type.value)) return;
  findings.warn(
    "attachment.dangerous",
    `${quoted(filename || type.value)} is a program, or can start one: many servers refuse it`,
    "Send a link.",
    line,
  );
}

/** HTML that is shown, and no plain text that is. */
function lintAlternative(parts: readonly MessagePart[], findings: Findings): void {
  const shown = parts.filter(({ disposition, filename }) =>
    disposition !== "attachment" && filename === undefined
  );
  const html = shown.find(({ type }) => type.value === "text/html");
  if (!html || shown.some(({ type }) => type.value === "text/plain")) return;
  findings.warn(
    "html.alone",
    "There is HTML without plain text: some readers show nothing, and filters count it",
    "Put both in multipart/alternative, the plain text first; stagecoach send --html does.",
    html.line,
  );
}
