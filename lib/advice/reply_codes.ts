/**
 * The basic reply codes: RFC 5321 section 4.2.3, RFC 4954 section 6 (AUTH), RFC 3207 section 4 (STARTTLS), RFC 5248 (523),
 * RFC 7504 (521, 556).
 */
export const REPLY_CODES: Readonly<Record<number, { readonly meaning: string; readonly advice: string }>> = {
  211: { meaning: "system status, or help", advice: "Nothing to do." },
  214: { meaning: "help text", advice: "Nothing to do; it is for a person to read." },
  220: {
    meaning: "the server is ready: for a session, or after STARTTLS for the TLS handshake",
    advice: "Say EHLO, or start the handshake.",
  },
  221: { meaning: "the server closes the connection, as QUIT asked", advice: "Close the connection." },
  235: { meaning: "the login succeeded", advice: "Go on with MAIL." },
  250: {
    meaning: "done; after the content: the server has taken over the message",
    advice: "Go on with the next command.",
  },
  251: {
    meaning: "the recipient is elsewhere, and the server will pass the message on",
    advice: "Note the new address.",
  },
  252: {
    meaning: "the server does not say whether the recipient exists, and will try to deliver",
    advice: "Send the message; a bounce may come later.",
  },
  334: {
    meaning: "a challenge: the server waits for the next step of the login",
    advice: "Answer it in base64, or send * to give up.",
  },
  354: {
    meaning: "the server waits for the content",
    advice: "Send it, and end it with a dot on a line of its own.",
  },
  421: {
    meaning: "the server is not available and closes the connection",
    advice: "Try again later, with fewer connections at the same time.",
  },
  432: {
    meaning: "the password must be set anew, or shown once, before this mechanism can be used",
    advice: "Log in once with PLAIN over a secured connection.",
  },
  450: {
    meaning: "the mailbox is not available now: busy, or refused for the time being (greylisting, for one)",
    advice: "Send the same again in some minutes.",
  },
  451: { meaning: "an error in the server while it worked on the command", advice: "Try again later." },
  452: {
    meaning: "the server has too little storage, or the message too many recipients",
    advice: "Try again later, or with fewer recipients in one message.",
  },
  454: {
    meaning: "login or TLS is not available now",
    advice: "Try again later; with too many logins before it, wait some minutes.",
  },
  455: {
    meaning: "the server cannot do now what a parameter of MAIL or RCPT asks for",
    advice: "Try again later, or leave out the parameter.",
  },
  500: {
    meaning: "the command is not known, or its line is too long",
    advice: "Look at the line in the transcript; a firewall that rewrites SMTP can be the cause.",
  },
  501: { meaning: "the command's arguments are not well-formed", advice: "Check addresses and parameters." },
  502: {
    meaning: "the command is known and not implemented",
    advice: "Do without the command, or use another server.",
  },
  503: {
    meaning: "the command came at the wrong point",
    advice: "Check the order; many servers want STARTTLS and AUTH first.",
  },
  504: {
    meaning: "a parameter is not implemented; to AUTH: the mechanism is not known",
    advice: "Leave out the parameter, or choose a mechanism that EHLO lists.",
  },
  521: { meaning: "this host accepts no mail at all", advice: "Check the server's name." },
  523: { meaning: "encryption is needed", advice: "Use STARTTLS or implicit TLS." },
  530: {
    meaning: "the server wants a login, or STARTTLS, before this command",
    advice: "Give credentials, over TLS; the text says which of the two is missing.",
  },
  534: {
    meaning: "the authentication mechanism is too weak; at Google: an app password is needed",
    advice: "Use a stronger mechanism, a token or an app password.",
  },
  535: {
    meaning: "the server does not accept these credentials",
    advice: "Check user name and password; many providers want an app password or a token.",
  },
  538: { meaning: "this mechanism is taken only over TLS", advice: "Use STARTTLS or implicit TLS." },
  550: {
    meaning: "the mailbox does not exist or is closed to you, or a policy refuses the message",
    advice: "Read the text and the enhanced code: they tell an unknown address from a policy.",
  },
  551: {
    meaning: "the recipient is at another server, and this one does not pass the message on",
    advice: "Send to the address that the text names, if you trust it.",
  },
  552: {
    meaning: "the mailbox is full, or the message is too large",
    advice: "Send fewer or smaller attachments, or wait until there is space.",
  },
  553: {
    meaning: "the mailbox name is not allowed: not well-formed, or not one of your login",
    advice: "Check the address; send from that of the login.",
  },
  554: {
    meaning: "the transaction failed; as a greeting: no SMTP service for this client",
    advice: "Read the text: block lists, spam filters and relay rules all use this code.",
  },
  555: { meaning: "a parameter of MAIL or RCPT is not known", advice: "Leave out the parameter." },
  556: { meaning: "the recipient's domain accepts no mail", advice: "Check the domain behind the @." },
};
