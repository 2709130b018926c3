/**
 * Stagecoach sends mail, stage by stage: connect, ehlo, tls, auth, envelope, data, quit.
 *
 * Begin with {@linkcode sendMail}; keep a session with {@linkcode createTransport}; look inside, swap or wrap a stage with
 * {@linkcode swap}, {@linkcode only} and {@linkcode each}.
 *
 * @module
 */

export {
  ConnectionError,
  type Delivery,
  type Failure,
  isTransient,
  PolicyError,
  ProtocolError,
  type RecipientResult,
  type Reply,
  ReplyError,
  SmtpError,
  StageTimeoutError,
} from "./lib/errors.ts";

export { createTransport, sendMail, SmtpTransport } from "./lib/transport/smtp_transport.ts";
export type { SendOptions, TransportOptions } from "./lib/transport/options.ts";
export type { RetryOptions } from "./lib/transport/retry.ts";
export { type Outgoing, prepare, type Prepared, prepareRaw } from "./lib/transport/outgoing.ts";

export type { Content, Offers } from "./lib/message/content.ts";
export type { AddressListInput, Message } from "./lib/message/message.ts";
export {
  type Address,
  type AddressInput,
  type Group,
  type GroupInput,
  type MailboxInput,
  parseAddress,
  parseAddressGroups,
  parseAddressList,
} from "./lib/message/address.ts";
export type {
  Attachment,
  FileAttachment,
  MessageAttachment,
  Presentation,
} from "./lib/message/attachment.ts";
export type { Calendar, CalendarMethod } from "./lib/message/calendar.ts";
export type { ListFields } from "./lib/message/list_fields.ts";
export type { Transfer } from "./lib/message/part.ts";
export type { People } from "./lib/message/participants.ts";
export type { Resent } from "./lib/message/resent.ts";
export type { Source } from "./lib/message/source.ts";
export { compose, type Composed } from "./lib/message/compose.ts";
export { type DataUri, dataUri } from "./lib/message/data_uri.ts";
export type { RawMessage } from "./lib/message/raw/prepare_raw.ts";
export type { BareCr } from "./lib/message/raw/lines.ts";

export {
  type Addressed,
  type Connected,
  type Context,
  type Envelope,
  type Extensions,
  type ForwardPath,
  type Greeted,
  type Mail,
  type Notify,
  type Ready,
  type Receipt,
  type Stage,
  STAGE_NAMES,
  type StageName,
  type Stages,
  type Target,
  type TraceEvent,
  type Verdicts,
} from "./lib/stages/stage.ts";
export { each, extend, type Middleware, only, type Plugin, swap } from "./lib/stages/plugin.ts";
export { defaultStages, type StageOptions } from "./lib/stages/defaults.ts";
export { closeSession, openSession, sendOn } from "./lib/stages/session.ts";
export { connect, type ConnectOptions, connectOver } from "./lib/stages/connect.ts";
export { ehlo, type EhloOptions } from "./lib/stages/ehlo.ts";
export { tls, type TlsStageOptions } from "./lib/stages/tls.ts";
export type { TlsMode } from "./lib/stages/tls_mode.ts";
export { auth, type AuthOptions } from "./lib/stages/auth.ts";
export { envelope, type EnvelopeOptions } from "./lib/stages/envelope.ts";
export { data, type DataOptions } from "./lib/stages/data.ts";
export { quit } from "./lib/stages/quit.ts";

export { Channel } from "./lib/wire/channel.ts";
export type { PendingReply } from "./lib/wire/pending_reply.ts";
export { type Command, command, secretCommand } from "./lib/wire/command.ts";
export type { Duplex, TlsOptions } from "./lib/wire/duplex.ts";
export type { Peer } from "./lib/wire/peer.ts";
export { escapeControls, formatReply } from "./lib/wire/reply.ts";
export { formatEvent, Transcript } from "./lib/wire/transcript.ts";

export type { Exchange, Mechanism } from "./lib/sasl/mechanism.ts";
export type { Credentials } from "./lib/sasl/credentials.ts";
export type { PasswordCredentials } from "./lib/sasl/fields.ts";

export type { Canonicalization } from "./lib/dkim/canonicalize_field.ts";
export type { DkimAlgorithm } from "./lib/dkim/key.ts";
export type { SignOptions } from "./lib/dkim/sign.ts";
export type { DkimCanonicalization, DkimSigner } from "./lib/dkim/signer.ts";

export { type LogEntry, logging } from "./lib/plugins/logging.ts";
export { signContent, signDkim } from "./lib/plugins/sign_dkim.ts";
export { RFC_TIME_LIMITS, type TimeLimits, timeLimits } from "./lib/plugins/time_limits.ts";
export { type Timing, timing } from "./lib/plugins/timing.ts";
export { transcript } from "./lib/plugins/transcript.ts";
