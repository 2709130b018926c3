/**
 * The options that make a message, as data.
 *
 * @module
 */

import type { OptionGroup } from "./option_groups.ts";

/** Who writes to whom, and what stands in the header. */
const MESSAGE: OptionGroup = {
  title: "Message",
  options: [
    {
      name: "from",
      short: "f",
      value: "ADDRESS",
      env: ["SMTP_FROM"],
      help: "who writes (the user, when it is an address)",
    },
    { name: "to", short: "t", value: "ADDRESS", repeat: true, help: "who receives it; may be given again" },
    { name: "cc", short: "c", value: "ADDRESS", repeat: true, help: "who receives a copy" },
    { name: "bcc", short: "b", value: "ADDRESS", repeat: true, help: "who receives a copy unseen" },
    { name: "reply-to", short: "r", value: "ADDRESS", help: "where answers go" },
    { name: "subject", short: "S", value: "TEXT", help: "what it is about" },
    { name: "header", short: "H", value: "'K: v'", repeat: true, help: "another header field" },
    { name: "priority", value: "P", help: "high, normal or low" },
    {
      name: "list-unsubscribe",
      value: "URL",
      repeat: true,
      help: "how to leave the list: https: or mailto:; may be given again",
    },
    { name: "one-click", help: "a POST to that https: URL is enough to leave it (RFC 8058)" },
    { name: "envelope-from", value: "ADDRESS", help: "where bounces go (--from); <> for nowhere" },
  ],
};

/** What is in it. */
const BODY: OptionGroup = {
  title: "Body",
  options: [
    { name: "text", value: "T|@FILE|-", help: "the text, a file, or standard input (the default)" },
    {
      name: "html",
      value: "T|@FILE|-",
      help: "the HTML; the plain text is made of it, unless --text is given ('' for none)",
    },
    {
      name: "markdown",
      value: "T|@FILE|-",
      help: "Markdown, which becomes the HTML, and is the plain text unless --text is given",
    },
    {
      name: "attach",
      short: "A",
      value: "FILE",
      repeat: true,
      help: "a file, - or a data: URI; FILE;type=T;name=N;description=D says more of it; may be given again",
    },
    {
      name: "inline",
      value: "FILE",
      repeat: true,
      help: "an image that the HTML shows by cid:NAME; FILE;cid=X;type=T says more of it; may be given again",
    },
  ],
};

/** A message that is there already. */
const READY: OptionGroup = {
  title: "Ready-made message",
  options: [
    {
      name: "eml",
      value: "FILE|-",
      help: "a whole message; --to, --cc and --bcc are its recipients, and Bcc is taken out",
    },
    { name: "read-recipients", help: "its recipients are also those in its To, Cc and Bcc" },
  ],
};

/** What is done with it before it leaves. */
const SIGN: OptionGroup = {
  title: "Sign and keep",
  options: [
    {
      name: "sign",
      value: "dkim:KEY,SEL[,DOMAIN]",
      repeat: true,
      help:
        "sign with the key in the file KEY (PEM) and the selector SEL, for DOMAIN (that of From); may be given again",
    },
    { name: "save", value: "FILE", help: "write the message to a file, as it is sent" },
  ],
};

/** The groups of every command that makes a message. */
export const MESSAGE_OPTIONS: readonly OptionGroup[] = [MESSAGE, BODY, READY, SIGN];

/** The options that would change a message, and so have no place beside one that is ready. */
export const CHANGING: readonly string[] = [
  ...["reply-to", "subject", "header", "priority", "list-unsubscribe", "one-click"],
  ...BODY.options.map(({ name }) => name),
];
