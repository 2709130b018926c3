/**
 * What a failure means and what to do about it.
 *
 * The meaning reads on after a colon, as in `Cannot connect to mail.example.com:25: <meaning>`: no capital, no period. The
 * hint stands alone.
 */
export interface Advice {
  /** The stable dotted code, such as `rcpt.greylisted`; every one is in {@linkcode DOTTED_CODES}. */
  readonly code: string;
  /** What happened, in one plain sentence. */
  readonly meaning: string;
  /** What to do, in one or two plain sentences; never to do without a safeguard. */
  readonly hint: string;
}
